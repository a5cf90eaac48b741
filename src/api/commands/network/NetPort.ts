/**
 * The ports of the services (Guide §3.3.11–3.3.12). What is stored is 0 where the configured port counts, which no client
 * sees: it is answered the port where the service listens. See docs/design/network.md.
 */
import { CameraError } from '../../../base/errors.ts'
import { action, type Command } from '../../define/command.ts'
import { type Infer, missing } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag, integer, port } from '../../define/numbers.ts'
import type { Setting } from '../../define/setting.ts'
import type { Parts } from '../../parts.ts'

const SECTION = 'NetPort'
const NAMES = ['http', 'https', 'media', 'onvif', 'rtmp', 'rtsp'] as const
type Name = (typeof NAMES)[number]
/** Those that a camera may lack. */
const OTHERS: readonly Name[] = ['onvif', 'rtmp', 'rtsp']

/** Members of newer firmware. */
const switches = {
  httpEnable: flag(1),
  httpsEnable: flag(1),
  onvifEnable: flag(1),
  rtmpEnable: flag(1),
  rtspEnable: flag(1),
}
type Switch = keyof typeof switches

const configured = integer({ min: 0, max: 65535, initial: 0 })
const stored = group({
  httpPort: configured,
  httpsPort: configured,
  mediaPort: configured,
  onvifPort: configured,
  rtmpPort: configured,
  rtspPort: configured,
  ...switches,
})
const wire = group({
  httpPort: port(80, { label: 'HTTP port' }),
  httpsPort: port(443, { label: 'HTTPS port' }),
  mediaPort: port(9000, { label: 'Media port' }),
  onvifPort: port(8000, { label: 'ONVIF port' }),
  rtmpPort: port(1935, { label: 'RTMP port' }),
  rtspPort: port(554, { label: 'RTSP port' }),
  ...switches,
})
type Stored = Infer<typeof stored>

function isOn(value: Stored, name: Name): boolean {
  return name === 'media' || value[`${name}Enable` satisfies Switch] === 1
}

const getNetPort: Command = action('GetNetPort', {
  guide: '3.3.11',
  summary: 'Where the services listen, and which of them do.',
  access: { key: 'mediaPort', right: 'read' },
  readOnly: true,
  run: (_params, { entry, parts }) => {
    const value = { [SECTION]: valueIn(parts) }
    if (entry.action !== 1) return { value }
    return { initial: { [SECTION]: initialIn(parts) }, range: { [SECTION]: wire.range() }, value }
  },
})

const setNetPort: Command = {
  ...action('SetNetPort', {
    guide: '3.3.12',
    summary: 'Moves services to other ports, or switches them off; connections that exist go on.',
    access: { key: 'mediaPort', right: 'revise' },
    section: SECTION,
    fields: wire,
    run: async (_params, { entry, parts, principal, address }) => {
      const input = withoutIdleSwitches(entry.member(SECTION) as object, parts)
      await parts.settings.change(netPort, 0, input, { userName: principal.user.name, address })
      return undefined
    },
  }),
  kind: 'set',
  read: (entry) => {
    const input = entry.member(SECTION)
    if (input === undefined) missing(SECTION)
    return wire.read(input, wire.initial, SECTION)
  },
}

export const netPort: Setting<Stored> = {
  name: SECTION,
  fields: stored,
  perChannel: false,
  commands: [getNetPort, setNetPort],
  check: (next, { servicePorts }) => {
    if (next.httpEnable + next.httpsEnable === 0) {
      throw new CameraError('bad-value', 'without HTTP and HTTPS nobody could switch them on again')
    }
    const taken = new Map<number, string>()
    for (const name of NAMES) {
      // The usual port of a service that is not there is in nobody's way.
      if (next[`${name}Port`] === 0 && !servicePorts.has(name)) continue
      const number = next[`${name}Port`] || servicePorts.factoryPortOf(name)
      const other = taken.get(number)
      if (other !== undefined) throw new CameraError('bad-value', `${other} and ${name} have the same port`)
      taken.set(number, name)
    }
  },
  apply: (next, { servicePorts }) => {
    const plan = (name: Name) => ({ port: next[`${name}Port`], isOn: isOn(next, name) })
    return servicePorts.apply({
      http: plan('http'),
      https: plan('https'),
      media: plan('media'),
      onvif: plan('onvif'),
      rtmp: plan('rtmp'),
      rtsp: plan('rtsp'),
    })
  },
}

/** A service that is not there is answered as off; a client that sends this back does not mean it. */
function withoutIdleSwitches(input: object, { servicePorts }: Parts): object {
  const idle = new Set(OTHERS.filter((name) => !servicePorts.has(name)).map((name) => `${name}enable`))
  return Object.fromEntries(Object.entries(input).filter(([key]) => !idle.has(key.toLowerCase())))
}

/** Where each service is: the real port, else the stored, else the configured one; a service that is not there is off. */
function valueIn({ settings, servicePorts }: Parts): Record<string, number> {
  const value = settings.current(netPort)
  const isAbsent = (name: Name) => OTHERS.includes(name) && !servicePorts.has(name)
  const ports = NAMES.map((name) => {
    const number = servicePorts.portOf(name) ?? (value[`${name}Port`] || servicePorts.factoryPortOf(name))
    return [`${name}Port`, number] as const
  })
  const flags = NAMES.filter((name) => name !== 'media').map((name) => {
    return [`${name}Enable`, isOn(value, name) && !isAbsent(name) ? 1 : 0] as const
  })
  return Object.fromEntries([...ports, ...flags].sort(([one], [other]) => one.localeCompare(other)))
}

function initialIn({ servicePorts }: Parts): Record<string, number> {
  const ports = NAMES.map((name) => [`${name}Port`, servicePorts.factoryPortOf(name)] as const)
  return { ...wire.initial, ...Object.fromEntries(ports) }
}
