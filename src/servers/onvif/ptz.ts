/** PTZ service: nodes, moves, presets, home (PTZ §5). What moves is the head of the API's PtzCtrl. */
import type { Permission } from '../../api/ability.ts'
import { ptzCtrl } from '../../api/commands/ptz/PtzCtrl.ts'
import { getPtzPreset, setPtzPreset } from '../../api/commands/ptz/PtzPreset.ts'
import type { PtzPort } from '../../api/parts.ts'
import { MAX_SPEED, MIN_SPEED, NORMAL_SPEED } from '../../ptz/limits.ts'
import { Fault, invalid, unsupported } from './fault.ts'
import { profileIn } from './media.ts'
import { requireToken } from './media-shapes.ts'
import { type Call, type Operation, operation, permission, run } from './operation.ts'
import {
  HEAD,
  LONGEST_MOVE_MS,
  node,
  ptzConfiguration,
  ptzConfigurationOptions,
  SPACES,
  tellsPosition,
} from './ptz-shapes.ts'
import { SERVICES } from './services.ts'
import type { XmlElement } from './xml-reader.ts'
import { type Xml, xml } from './xml-writer.ts'
import { parseDuration, printTime } from './xs-time.ts'

const look = permission(getPtzPreset)
const move = permission(ptzCtrl)
const remember: Permission = permission(setPtzPreset)

/** Zoom factors of the head, 2^0 to 2^3 (docs/design/ptz.md). */
const OCTAVES = 3

/** What is left out does not move. */
interface Vector {
  readonly x: number | undefined
  /** Up. */
  readonly y: number | undefined
  readonly zoom: number | undefined
  /** Of pan and tilt. */
  readonly space: string | undefined
}

export const PTZ_OPERATIONS: readonly Operation[] = [
  operation('tptz:GetServiceCapabilities', 'anyone', () => SERVICES.ptz.capabilities()),
  operation('tptz:GetNodes', look, (_request, { parts }) => node('tptz:PTZNode', parts)),
  operation('tptz:GetNode', look, (request, { parts }) => {
    requireToken(request.textAt('NodeToken'), HEAD, 'ter:NoEntity')
    return node('tptz:PTZNode', parts)
  }),
  operation('tptz:GetConfigurations', look, (_request, { parts }) =>
    ptzConfiguration('tptz:PTZConfiguration', parts),
  ),
  operation('tptz:GetCompatibleConfigurations', look, (_request, { parts }) =>
    ptzConfiguration('tptz:PTZConfiguration', parts),
  ),
  operation('tptz:GetConfiguration', look, (request, { parts }) => {
    requireToken(request.textAt('PTZConfigurationToken'), HEAD, 'ter:NoConfig')
    return ptzConfiguration('tptz:PTZConfiguration', parts)
  }),
  operation('tptz:GetConfigurationOptions', look, (request, { parts }) => {
    requireToken(request.textAt('ConfigurationToken'), HEAD, 'ter:NoConfig')
    return ptzConfigurationOptions(parts)
  }),

  operation('tptz:GetStatus', look, (request, call) => {
    profileIn(request)
    return status(call)
  }),

  operation('tptz:ContinuousMove', move, async (request, call) => {
    profileIn(request)
    const {
      x = 0,
      y = 0,
      zoom = 0,
    } = vectorIn(request.find('Velocity'), 'ter:InvalidVelocity', [SPACES.velocity])
    const timeout = request.textAt('Timeout')
    const limitMs = timeout === undefined ? LONGEST_MOVE_MS : parseDuration(timeout)
    if (!(limitMs > 0)) throw invalid('ter:TimeoutNotSupported', 'Timeout must be a duration')
    await headOf(call).drive({ pan: x, tilt: -y, zoom }, limitMs)
    return undefined
  }),

  operation('tptz:AbsoluteMove', move, async (request, call) => {
    profileIn(request)
    const { x, y, zoom } = vectorIn(request.find('Position'), 'ter:InvalidPosition', [SPACES.position])
    if (zoom !== undefined && zoom < 0) throw invalid('ter:InvalidPosition', 'Zoom must be 0 to 1')
    await headOf(call).travel(
      () => ({
        ...(x === undefined ? {} : { pan: (x + 1) / 2 }),
        ...(y === undefined ? {} : { tilt: (1 - y) / 2 }),
        ...(zoom === undefined ? {} : { zoom: 2 ** (zoom * OCTAVES) }),
      }),
      speedIn(request),
    )
    return undefined
  }),

  operation('tptz:RelativeMove', move, async (request, call) => {
    profileIn(request)
    const known = [SPACES.translation, SPACES.fieldOfView]
    const way = vectorIn(request.find('Translation'), 'ter:InvalidTranslation', known)
    const { x = 0, y = 0, zoom: nearer = 0, space } = way
    await headOf(call).travel(({ pan, tilt, zoom }) => {
      // 1 is half of the picture, or half of what is seen of it.
      const unit = space === SPACES.fieldOfView ? 0.5 / zoom : 0.5
      return { pan: pan + x * unit, tilt: tilt - y * unit, zoom: zoom * 2 ** (nearer * OCTAVES) }
    }, speedIn(request))
    return undefined
  }),

  operation('tptz:Stop', move, async (request, call) => {
    profileIn(request)
    const stops = ['PanTilt', 'Zoom'].some((name) => request.booleanAt(name) !== false)
    if (stops) await run(ptzCtrl, { op: 'Stop' }, call)
    return undefined
  }),

  operation('tptz:GotoHomePosition', move, async (request, call) => {
    profileIn(request)
    const { home } = headOf(call)
    if (home === undefined) throw unsupported('the head has no home')
    await headOf(call).travel(() => home, speedIn(request))
    return undefined
  }),

  operation('tptz:GetPresets', look, (request, call) => {
    profileIn(request)
    const used = headOf(call)
      .presets()
      .filter(({ place }) => place !== undefined)
    return used.map(({ id, name, place }) =>
      xml(
        'tptz:Preset',
        { token: id },
        xml('tt:Name', name),
        place?.kind === 'pose' ? position('tt:PTZPosition', place) : undefined,
      ),
    )
  }),

  operation('tptz:SetPreset', remember, async (request, call) => {
    profileIn(request)
    const token = request.textAt('PresetToken')
    const id = token === undefined ? freePreset(call) : presetOf(token)
    const name = request.textAt('PresetName')
    await run(setPtzPreset, { PtzPreset: { enable: 1, id, ...(name === undefined ? {} : { name }) } }, call)
    return xml('tptz:PresetToken', id)
  }),

  operation('tptz:RemovePreset', remember, async (request, call) => {
    profileIn(request)
    await run(setPtzPreset, { PtzPreset: { enable: 0, id: usedPreset(request, call) } }, call)
    return undefined
  }),

  operation('tptz:GotoPreset', move, async (request, call) => {
    profileIn(request)
    await run(ptzCtrl, { op: 'ToPos', id: usedPreset(request, call), speed: speedIn(request) }, call)
    return undefined
  }),
]

function headOf({ parts }: Call): PtzPort {
  return parts.ptz[0]!
}

function status(call: Call): Xml {
  const { parts } = call
  const pose = headOf(call).position()
  const moves = headOf(call).isMoving() ? 'MOVING' : 'IDLE'
  return xml(
    'tptz:PTZStatus',
    pose === undefined ? undefined : position('tt:Position', pose),
    tellsPosition(parts) ? xml('tt:MoveStatus', xml('tt:PanTilt', moves), xml('tt:Zoom', moves)) : undefined,
    xml('tt:UtcTime', printTime(parts.clock.wallMs())),
  )
}

function position(
  name: 'tt:Position' | 'tt:PTZPosition',
  { pan, tilt, zoom }: { readonly pan: number; readonly tilt: number; readonly zoom: number },
): Xml {
  const short = (value: number) => Number(value.toFixed(5))
  return xml(
    name,
    xml('tt:PanTilt', { x: short(pan * 2 - 1), y: short(1 - tilt * 2), space: SPACES.position }),
    xml('tt:Zoom', { x: short(Math.log2(zoom) / OCTAVES), space: SPACES.zoomPosition }),
  )
}

/** Errors: Fault. */
function vectorIn(element: XmlElement | undefined, what: `ter:${string}`, spaces: readonly string[]): Vector {
  const [panTilt, zoom] = [element?.find('PanTilt'), element?.find('Zoom')]
  const number = (from: XmlElement | undefined, name: string): number | undefined => {
    if (from === undefined) return undefined
    const text = from.attributes.get(name)?.trim()
    const value = text ? Number(text) : Number.NaN
    if (value >= -1 && value <= 1) return value
    throw invalid(what, `${name} must be -1 to 1`)
  }
  const space = panTilt?.attributes.get('space') || undefined
  if (space !== undefined && !spaces.includes(space)) {
    throw invalid('ter:SpaceNotSupported', 'this space is not known')
  }
  return { x: number(panTilt, 'x'), y: number(panTilt, 'y'), zoom: number(zoom, 'x'), space }
}

/** Of the head, 1..64. Errors: Fault. */
function speedIn(request: XmlElement): number {
  const { x, y, zoom } = vectorIn(request.find('Speed'), 'ter:InvalidSpeed', [SPACES.speed])
  const given = [x, y, zoom].filter((value) => value !== undefined).map(Math.abs)
  if (given.length === 0) return NORMAL_SPEED
  return Math.max(MIN_SPEED, Math.round(Math.max(...given) * MAX_SPEED))
}

/** Errors: Fault `ter:NoToken`. */
function presetOf(token: string): number {
  const id = Number(token)
  if (/^\d{1,2}$/.test(token) && id >= 1 && id <= 64) return id
  throw invalid('ter:NoToken', 'tokens of presets are 1 to 64')
}

/** Errors: Fault `ter:NoToken`. */
function usedPreset(request: XmlElement, call: Call): number {
  const id = presetOf(request.textAt('PresetToken') ?? '')
  const preset = headOf(call)
    .presets()
    .find((one) => one.id === id)
  if (preset?.place === undefined) throw invalid('ter:NoToken', 'there is no such preset')
  return id
}

/** Errors: Fault `ter:TooManyPresets`. */
function freePreset(call: Call): number {
  const free = headOf(call)
    .presets()
    .find(({ place }) => place === undefined)
  if (free === undefined) {
    throw new Fault('Receiver', ['ter:Action', 'ter:TooManyPresets'], 'all presets are taken')
  }
  return free.id
}
