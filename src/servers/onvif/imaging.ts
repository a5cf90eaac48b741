/** Imaging service: the picture's look and the lens (Imaging §5). Views of Image, Isp and AutoFocus. */
import type { Permission } from '../../api/ability.ts'
import { autoFocus } from '../../api/commands/auto-focus/AutoFocus.ts'
import { ptzCtrl } from '../../api/commands/ptz/PtzCtrl.ts'
import { image } from '../../api/commands/video-input/Image.ts'
import { isp } from '../../api/commands/video-input/Isp.ts'
import type { DAY_NIGHT } from '../../engine/protocol.ts'
import { MAX_SPEED, MIN_SPEED } from '../../ptz/limits.ts'
import { Fault, invalid } from './fault.ts'
import { range, requireToken, SOURCE } from './media-shapes.ts'
import { accessOf, type Call, change, type Operation, operation, permission, run } from './operation.ts'
import { SERVICES } from './services.ts'
import type { XmlElement } from './xml-reader.ts'
import { type Xml, xml } from './xml-writer.ts'

const { read, change: revise } = accessOf(image)
const move: Permission = permission(ptzCtrl)

/** ONVIF's name of each level of Image, 0..255, in the order of the schema. */
const LEVELS = { Brightness: 'bright', ColorSaturation: 'saturation', Contrast: 'contrast' } as const
const MAX_LEVEL = 255

/** The filter is out of the way at night: then it is black and white. */
const FILTERS = { ON: 'Color', OFF: 'Black&White', AUTO: 'Auto' } as const satisfies Record<
  string,
  (typeof DAY_NIGHT)[number]
>

export const IMAGING_OPERATIONS: readonly Operation[] = [
  operation('timg:GetServiceCapabilities', 'anyone', () => SERVICES.imaging.capabilities()),

  operation('timg:GetImagingSettings', read, (request, call) => {
    requireSource(request)
    return xml('timg:ImagingSettings', settings(call))
  }),

  operation('timg:GetOptions', read, (request) => {
    requireSource(request)
    return xml(
      'timg:ImagingOptions',
      Object.keys(LEVELS).map((name) => range(`tt:${name}`, 0, MAX_LEVEL)),
      xml(
        'tt:Focus',
        xml('tt:AutoFocusModes', 'AUTO'),
        xml('tt:AutoFocusModes', 'MANUAL'),
        range('tt:DefaultSpeed', 1, 1),
      ),
      Object.keys(FILTERS).map((mode) => xml('tt:IrCutFilterModes', mode)),
      range('tt:Sharpness', 0, MAX_LEVEL),
    )
  }),

  operation('timg:SetImagingSettings', revise, async (request, call) => {
    requireSource(request)
    const wanted = request.find('ImagingSettings')
    if (wanted === undefined) throw invalid('ter:SettingsInvalid', 'ImagingSettings is missing')
    // All are read before the first takes effect.
    const levels = levelsIn(wanted)
    const dayNight = filterIn(wanted)
    const disable = focusIn(wanted)
    if (Object.keys(levels).length > 0) await change(image, levels, call)
    if (dayNight !== undefined) await change(isp, { dayNight }, call)
    if (disable !== undefined) await change(autoFocus, { disable }, call)
    return undefined
  }),

  operation('timg:GetMoveOptions', read, (request) => {
    requireSource(request)
    return xml('timg:MoveOptions', xml('tt:Continuous', range('tt:Speed', -1, 1)))
  }),
  operation('timg:Move', move, async (request, call) => {
    requireSource(request)
    const speed = Number(request.textAt('Focus', 'Continuous', 'Speed') ?? Number.NaN)
    if (!(speed >= -1 && speed <= 1)) {
      throw new Fault(
        'Sender',
        ['ter:InvalidArgVal', 'ter:SettingsInvalid'],
        'only continuous moves, -1 to 1',
      )
    }
    const pace = Math.max(MIN_SPEED, Math.round(Math.abs(speed) * MAX_SPEED))
    const op = speed === 0 ? 'Stop' : speed > 0 ? 'FocusInc' : 'FocusDec'
    await run(ptzCtrl, { op, speed: pace }, call)
    return undefined
  }),
  operation('timg:Stop', move, async (request, call) => {
    requireSource(request)
    await run(ptzCtrl, { op: 'Stop' }, call)
    return undefined
  }),
  operation('timg:GetStatus', read, (request, { parts }) => {
    requireSource(request)
    const pose = parts.ptz[0]!.position()
    if (pose === undefined) return xml('timg:Status')
    const moves = parts.ptz[0]!.isMoving() ? 'MOVING' : 'IDLE'
    return xml(
      'timg:Status',
      xml('tt:FocusStatus20', xml('tt:Position', Number(pose.focus.toFixed(4))), xml('tt:MoveStatus', moves)),
    )
  }),
]

/** In the order of ImagingSettings20: Brightness, ColorSaturation, Contrast, Focus, IrCutFilter, Sharpness. */
function settings({ parts }: Call): (Xml | Xml[])[] {
  const now = parts.settings.current(image)
  const { dayNight } = parts.settings.current(isp)
  const { disable } = parts.settings.current(autoFocus)
  const filter = Object.entries(FILTERS).find(([, mode]) => mode === dayNight)![0]
  return [
    Object.entries(LEVELS).map(([name, key]) => xml(`tt:${name}`, now[key])),
    xml('tt:Focus', xml('tt:AutoFocusMode', disable === 1 ? 'MANUAL' : 'AUTO')),
    xml('tt:IrCutFilter', filter),
    xml('tt:Sharpness', now.sharpen),
  ]
}

/** Errors: Fault. */
function requireSource(request: XmlElement): void {
  const token = request.textAt('VideoSourceToken')
  if (token === undefined) throw invalid('ter:NoSource', 'VideoSourceToken is missing')
  requireToken(token, SOURCE, 'ter:NoSource')
}

/** Errors: Fault `ter:SettingsInvalid`. */
function levelsIn(wanted: XmlElement): Record<string, number> {
  const found: Record<string, number> = {}
  for (const [name, key] of [...Object.entries(LEVELS), ['Sharpness', 'sharpen'] as const]) {
    const text = wanted.textAt(name)
    if (text === undefined) continue
    const value = Number(text)
    if (!(value >= 0 && value <= MAX_LEVEL)) throw settingsInvalid(`${name} must be 0 to ${MAX_LEVEL}`)
    found[key] = Math.round(value)
  }
  return found
}

function filterIn(wanted: XmlElement): string | undefined {
  const text = wanted.textAt('IrCutFilter')
  if (text === undefined) return undefined
  if (!Object.hasOwn(FILTERS, text)) throw settingsInvalid('IrCutFilter must be ON, OFF or AUTO')
  return FILTERS[text as keyof typeof FILTERS]
}

function focusIn(wanted: XmlElement): 0 | 1 | undefined {
  const text = wanted.textAt('Focus', 'AutoFocusMode')
  if (text === undefined) return undefined
  if (text !== 'AUTO' && text !== 'MANUAL') throw settingsInvalid('AutoFocusMode must be AUTO or MANUAL')
  return text === 'MANUAL' ? 1 : 0
}

function settingsInvalid(reason: string): Fault {
  return invalid('ter:SettingsInvalid', reason)
}
