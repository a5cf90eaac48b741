/** The image processor (Guide §3.4.7–3.4.8). What counts when is told in docs/design/picture.md. */
import { CameraError } from '../../../base/errors.ts'
import { FACTORY_ISP } from '../../../engine/factory-settings.ts'
import { ANTI_FLICKER, BACK_LIGHT, DAY_NIGHT, type Limits, WHITE_BALANCE } from '../../../engine/protocol.ts'
import { choice } from '../../define/choice.ts'
import { group } from '../../define/groups.ts'
import { type Flag, flag, integer } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'

/** The guide misprints LowNoise; clients get back the spelling they sent. */
const EXPOSURES = ['Auto', 'LowOise', 'LowNoise', 'Anti-Smearing', 'Manual'] as const

const GAIN = { min: 1, max: 100 }
const SHUTTER_MS = { min: 0, max: 125 }

const factory = FACTORY_ISP
const level = (initial: number, label: string) => integer({ min: 0, max: 255, initial, label })
const toFlag = (on: boolean): Flag => (on ? 1 : 0)

function limits(range: Limits, initial: Limits, label: string, unit?: string) {
  const bound = (value: number, name: string) =>
    integer({ ...range, initial: value, label: name, ...(unit === undefined ? {} : { unit }) })
  return group({
    max: bound(initial.max, `${label}, at most`),
    min: bound(initial.min, `${label}, at least`),
  })
}

const fields = group({
  antiFlicker: choice(ANTI_FLICKER, { initial: factory.antiFlicker, label: 'Against flicker' }),
  backLight: choice(BACK_LIGHT, { initial: factory.backLight, label: 'Back light' }),
  blc: level(factory.blc, 'Strength of BackLightControl'),
  blueGain: level(factory.blueGain, 'Blue, with manual white balance'),
  dayNight: choice(DAY_NIGHT, { initial: factory.dayNight, label: 'Day and night' }),
  drc: level(factory.drc, 'Strength of DynamicRangeControl'),
  exposure: choice(EXPOSURES, { initial: factory.exposure, label: 'Exposure' }),
  gain: limits(GAIN, factory.gain, 'Gain'),
  mirroring: flag(toFlag(factory.mirror), { label: 'Mirrored' }),
  nr3d: flag(toFlag(factory.nr3d), { label: 'Noise reduction' }),
  redGain: level(factory.redGain, 'Red, with manual white balance'),
  rotation: flag(toFlag(factory.rotate), { label: 'Turned by 180°' }),
  shutter: limits(SHUTTER_MS, factory.shutter, 'Shutter', 'ms'),
  whiteBalance: choice(WHITE_BALANCE, { initial: factory.whiteBalance, label: 'White balance' }),
})

export const isp = setting('Isp', {
  guide: ['3.4.7', '3.4.8'],
  summary: 'Exposure, white balance, day and night, back light, noise, mirrored and turned pictures.',
  ability: { key: 'isp' },
  perChannel: true,
  fields,
  range: { channel: 0, ...(fields.range() as object), gain: GAIN, shutter: SHUTTER_MS },
  check: ({ gain, shutter }) => {
    checkOrder('gain', gain)
    checkOrder('shutter', shutter)
  },
  apply: ({ exposure, mirroring, nr3d, rotation, ...same }, { channels, ptz }, channel) => {
    const facing = { mirror: mirroring === 1, rotate: rotation === 1 }
    ptz[channel]?.face(facing)
    channels[channel]?.configure({
      isp: {
        ...same,
        ...facing,
        exposure: exposure === 'LowOise' ? 'LowNoise' : exposure,
        nr3d: nr3d === 1,
      },
    })
  },
})

/** */
function checkOrder(name: string, { min, max }: Limits): void {
  if (min > max) throw new CameraError('bad-value', `${name}.min must not be above ${name}.max`)
}
