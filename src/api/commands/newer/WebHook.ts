/**
 * Webhooks that clients set by themselves, beside those of the configuration (docs/design/push.md). There are four places;
 * what is posted is the same for all.
 */
import { CameraError } from '../../../base/errors.ts'
import { action, type Command, LATER } from '../../define/command.ts'
import { type Field, optional } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { text } from '../../define/texts.ts'

const SECTION = 'WebHook'
const INDICES = [0, 1, 2, 3] as const
const MAX_URL = 512
const index = integer({ min: 0, max: INDICES.length - 1, initial: 0, label: 'Place' })

/** It is read back, but may hold a key: exported files have it only under their passphrase. */
const hookUrl: Field<string> = {
  ...text({
    maxLen: MAX_URL,
    rule: (value) =>
      isAddress(value) ? undefined : 'an http:// or https:// address without user and password',
    breaksRule: 'ftp://camera.example/x',
    label: 'Address',
  }),
  kind: 'secret',
}
const indexEnable = flag(0, { label: 'In use' })

function isAddress(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

const place = group({ indexEnable, hookUrl })
const stored = setting('WebHooks', {
  guide: [LATER, LATER],
  section: SECTION,
  summary: 'Addresses to which events are posted.',
  ability: { key: 'push' },
  // Named members: a place is set without a look at the others, which somebody else may be setting.
  fields: group({ 0: place, 1: place, 2: place, 3: place }),
  check: (places) => {
    const empty = INDICES.find((at) => places[at].indexEnable === 1 && places[at].hookUrl === '')
    if (empty !== undefined) throw noAddress()
  },
  apply: (places, { webhooks }) =>
    webhooks.configure(INDICES.filter((at) => places[at].indexEnable === 1).map((at) => places[at].hookUrl)),
})

function noAddress(): CameraError {
  return new CameraError('missing', 'there is no address at this place')
}

const getWebHook = action('GetWebHook', {
  guide: LATER,
  summary: 'The addresses to which events are posted, by place.',
  access: { key: 'push', right: 'read' },
  section: SECTION,
  readOnly: true,
  perChannel: true,
  run: (_params, { parts }, channel) => {
    const places = parts.settings.current(stored)
    const value = {
      [SECTION]: INDICES.map((at) => ({ bCustom: 0, channel, hookBody: '', ...places[at], index: at })),
    }
    return { value }
  },
})

const setWebHook = action('SetWebHook', {
  guide: LATER,
  summary: 'Sets the address of a place. What is posted to it cannot be changed (`bCustom` 1 is refused).',
  access: { key: 'push', right: 'revise' },
  section: SECTION,
  fields: group({
    index,
    indexEnable: optional(indexEnable),
    hookUrl: optional(hookUrl),
    bCustom: optional(flag(0)),
    hookBody: optional(text({ maxLen: 1024 })),
  }),
  perChannel: true,
  run: async ({ index: at, bCustom, indexEnable, hookUrl }, { parts, principal, address }) => {
    if (bCustom === 1) throw new CameraError('bad-value', `${SECTION}.bCustom must be 0`)
    const author = { userName: principal.user.name, address }
    await parts.settings.change(stored, 0, { [at]: { indexEnable, hookUrl } }, author)
    return undefined
  },
})

export const testWebHook = action('TestWebHook', {
  guide: LATER,
  summary: 'Posts an event that did not happen to the address of the request, or to that of a place.',
  access: { key: 'push', right: 'revise' },
  section: SECTION,
  fields: group({ index: optional(index), hookUrl: optional(hookUrl) }),
  perChannel: true,
  run: async ({ index: at = 0, hookUrl: url }, { parts }) => {
    const target = url ?? parts.settings.current(stored)[at as (typeof INDICES)[number]].hookUrl
    if (target === '') throw noAddress()
    await parts.webhooks.test(target)
    return undefined
  },
})

/** A Set by its name, which decides when the body of a request names the Get. */
const asSet: Command = { ...setWebHook, kind: 'set' }
export const webHooks: typeof stored = { ...stored, commands: [getWebHook, asSet] }
