/** Recorded moves (Guide §3.7.6–3.7.7, Q-111). How recording works: docs/design/ptz.md. */
import { TRACKS } from '../../../ptz/limits.ts'
import { action } from '../../define/command.ts'
import { optional } from '../../define/field.ts'
import { group, list } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'
import { text } from '../../define/texts.ts'
import { RSP_OK } from '../../errors.ts'

const track = group({
  enable: optional(flag(0)),
  id: integer({ min: 1, max: TRACKS, initial: 1 }),
  name: optional(text({ maxLen: 31 })),
  running: optional(flag(0)),
})

/** Tracks are merged by number, which therefore must be there. */
const newTrack: typeof track = {
  ...track,
  read: (input, _current, path) => track.read(input, undefined, path),
}

const fields = optional(group({ track: optional(list(newTrack, { max: TRACKS })) }))

const NONE = { enable: 0, name: '', running: 0 }
const initial = { track: Array.from({ length: TRACKS }, (_, index) => ({ id: index + 1, ...NONE })) }
const range = {
  track: { id: { min: 1, max: TRACKS }, enable: 'boolean', running: 'boolean', name: { maxLen: 31 } },
}

export const getPtzTattern = action('GetPtzTattern', {
  guide: '3.7.7',
  summary: 'The six tracks; one that is being recorded has `enable` 1.',
  access: { key: 'ptzTattern', right: 'read' },
  section: 'PtzTattern',
  readOnly: true,
  perChannel: true,
  run: (_params, { entry, parts }, channel) => {
    const track = parts.ptz[channel]?.tracks().map(({ id, name, recording, isBeingRecorded, running }) => ({
      id,
      enable: recording !== undefined || isBeingRecorded ? 1 : 0,
      running: running ? 1 : 0,
      name,
    }))
    const section = (value: object) => ({ PtzTattern: { channel, ...value } })
    const value = { ...section({ track }), rspCode: RSP_OK }
    return entry.action === 0 ? { value } : { initial: section(initial), range: section(range), value }
  },
})

export const setPtzTattern = action('SetPtzTattern', {
  guide: '3.7.8',
  summary: 'Records, names, plays and frees tracks. Without the section it does nothing.',
  access: { key: 'ptzTattern', right: 'revise' },
  section: 'PtzTattern',
  fields,
  perChannel: true,
  run: async (params, { parts }, channel) => {
    const changes = params?.track?.map(({ id, enable, running, name }) => ({
      id,
      enabled: enable === undefined ? undefined : enable === 1,
      running: running === undefined ? undefined : running === 1,
      name,
    }))
    if (changes !== undefined) await parts.ptz[channel]?.changeTracks(changes)
    return undefined
  },
})
