/**
 * The image processor's settings as controls of a V4L2 driver, as pure functions. What a driver does not offer is left
 * to the picture (docs/design/picture.md). Names of controls: Linux, "Video for Linux API", user and camera classes.
 */
import type { IspSettings, Limits } from '../protocol.ts'

/** A control that a driver offers. */
export interface Control {
  /** As this driver calls it. */
  readonly name: string
  readonly min: number
  readonly max: number
  /** Values of a menu; a driver may lack some between `min` and `max`. */
  readonly items?: readonly number[]
}

export type Controls = ReadonlyMap<string, Control>

export interface Adjustment {
  /** By present names, in the order in which they must be set: what is automatic first, since it locks others. */
  readonly values: readonly (readonly [name: string, value: number])[]
  /** What remains to be done to the picture. */
  readonly rest: IspSettings
}

/** Older kernels have other names for the same. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  exposure_auto: 'auto_exposure',
  exposure_absolute: 'exposure_time_absolute',
  exposure_auto_priority: 'exposure_dynamic_framerate',
  white_balance_temperature_auto: 'white_balance_automatic',
}

const presentName = (name: string) => FORMER_NAMES[name] ?? name

/** Values of `auto_exposure`. */
const [AUTOMATIC, MANUAL, SHUTTER_FIRST, APERTURE_FIRST] = [0, 1, 2, 3]
/** `exposure_time_absolute` counts in 100 microseconds. */
const SHUTTER_STEPS_PER_MS = 10
const MAINS = { Off: 0, '50HZ': 1, '60HZ': 2 } as const

/** Every control a driver must have for a part of the settings, or that part stays with the picture. */
export function adjust(isp: IspSettings, offered: Controls): Adjustment {
  const parts = [exposureOf, whiteBalanceOf, mainsOf, backLightOf].map((part) => part(isp, offered))
  return {
    values: parts.flatMap((part) => part?.values ?? []),
    rest: Object.assign({ ...isp }, ...parts.map((part) => part?.rest ?? {})),
  }
}

interface Part {
  readonly values: Adjustment['values']
  readonly rest: Partial<IspSettings>
}

function exposureOf({ exposure, gain, shutter }: IspSettings, offered: Controls): Part | undefined {
  const mode = offered.get('auto_exposure')
  const time = offered.get('exposure_time_absolute')
  if (mode === undefined || time === undefined) return undefined
  const shutterCounts = exposure === 'Manual' || exposure === 'Anti-Smearing'
  const gainCounts = exposure === 'Manual' || exposure === 'LowNoise'
  const wanted = {
    Auto: [APERTURE_FIRST, AUTOMATIC],
    LowNoise: [APERTURE_FIRST, AUTOMATIC],
    'Anti-Smearing': [SHUTTER_FIRST, MANUAL],
    Manual: [MANUAL],
  }[exposure].find((value) => has(mode, value))
  if (wanted === undefined) return undefined
  const fixed = gainCounts ? offered.get('gain') : undefined
  return {
    values: [
      ['auto_exposure', wanted],
      ...set(offered, 'exposure_dynamic_framerate', exposure === 'LowNoise' ? 1 : 0),
      ...set(offered, 'gain_automatic', fixed ? 0 : 1),
      ...(shutterCounts
        ? set(offered, 'exposure_time_absolute', middle(shutter) * SHUTTER_STEPS_PER_MS)
        : []),
      ...(fixed ? set(offered, 'gain', scaled(middle(gain), { min: 1, max: 100 }, fixed)) : []),
    ],
    rest: { exposure: 'Auto' },
  }
}

function whiteBalanceOf(
  { whiteBalance, redGain, blueGain }: IspSettings,
  offered: Controls,
): Part | undefined {
  const [red, blue] = [offered.get('red_balance'), offered.get('blue_balance')]
  if (!offered.has('white_balance_automatic') || red === undefined || blue === undefined) return undefined
  const isAutomatic = whiteBalance === 'Auto'
  return {
    values: [
      ['white_balance_automatic', isAutomatic ? 1 : 0],
      ...(isAutomatic
        ? []
        : ([
            ['red_balance', scaled(redGain, BYTE, red)],
            ['blue_balance', scaled(blueGain, BYTE, blue)],
          ] as const)),
    ],
    rest: { whiteBalance: 'Auto' },
  }
}

/** Outdoor is a matter of the picture, for which the driver shall watch no lamps. */
function mainsOf({ antiFlicker }: IspSettings, offered: Controls): Part | undefined {
  const mains = offered.get('power_line_frequency')
  const wanted = antiFlicker === 'Outdoor' ? MAINS.Off : MAINS[antiFlicker]
  if (mains === undefined || !has(mains, wanted)) return undefined
  return {
    values: [['power_line_frequency', wanted]],
    rest: antiFlicker === 'Outdoor' ? {} : { antiFlicker: 'Off' },
  }
}

function backLightOf({ backLight, blc }: IspSettings, offered: Controls): Part | undefined {
  const control = offered.get('backlight_compensation')
  if (control === undefined) return undefined
  const isOn = backLight === 'BackLightControl'
  return {
    values: [['backlight_compensation', isOn ? Math.max(1, scaled(blc, BYTE, control)) : control.min]],
    rest: isOn ? { backLight: 'Off' } : {},
  }
}

const BYTE: Limits = { min: 0, max: 255 }

const middle = ({ min, max }: Limits) => (min + max) / 2

const has = ({ min, max, items }: Control, value: number) =>
  items ? items.includes(value) : value >= min && value <= max

/** From one span onto another. */
function scaled(value: number, from: Limits, onto: Limits): number {
  return Math.round(onto.min + ((value - from.min) / (from.max - from.min)) * (onto.max - onto.min))
}

/** Within what the driver takes; nothing if it does not have that control. */
function set(offered: Controls, name: string, value: number): Adjustment['values'] {
  const control = offered.get(name)
  if (control === undefined) return []
  return [[name, Math.min(control.max, Math.max(control.min, Math.round(value)))]]
}

const LINE =
  /^\s*(?<name>\w+) 0x[0-9a-f]+ \((?<type>\w+)\)\s*:(?: min=(?<min>-?\d+))?(?: max=(?<max>-?\d+))?.*?(?<flags>flags=.*)?$/
const ITEM = /^\s*(?<value>\d+): /

/** Reads what `v4l2-ctl --list-ctrls-menus` prints; what cannot be set is left out. Keys are present names. */
export function parseControls(text: string): Controls {
  const controls = new Map<string, Control>()
  let menu: number[] | undefined
  for (const line of text.split('\n')) {
    const item = ITEM.exec(line)
    if (item?.groups) {
      menu?.push(Number(item.groups.value))
      continue
    }
    menu = undefined
    const { name, type, min = '0', max = '1', flags = '' } = LINE.exec(line)?.groups ?? {}
    if (name === undefined || /read-only|disabled/.test(flags)) continue
    if (type === 'menu' || type === 'intmenu') menu = []
    const control = { name, min: Number(min), max: Number(max), ...(menu && { items: menu }) }
    controls.set(presentName(name), control)
  }
  return controls
}
