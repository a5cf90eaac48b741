/** Parts of the picture that nobody shall see (Guide §3.4.9–3.4.10). */
import { CameraError } from '../../../base/errors.ts'
import type { Infer } from '../../define/field.ts'
import { group, list } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'

const MAX_AREAS = 4
/** Pixels; a screen may be of any size. */
const MAX_SIDE = 16_384

const side = (initial: number, label: string) =>
  integer({ min: 1, max: MAX_SIDE, initial, label, unit: 'pixels' })
const place = (label: string) => integer({ min: 0, max: MAX_SIDE - 1, initial: 0, label, unit: 'pixels' })

const area = group({
  block: group({
    height: side(720, 'Height'),
    width: side(1280, 'Width'),
    x: place('Left edge'),
    y: place('Upper edge'),
  }),
  screen: group({
    height: side(720, 'Height it is measured on'),
    width: side(1280, 'Width it is measured on'),
  }),
})

type Area = Infer<typeof area>

export const mask = setting('Mask', {
  guide: ['3.4.9', '3.4.10'],
  summary: 'Up to four areas of the picture that are black in every stream and snapshot.',
  ability: { key: 'mask' },
  perChannel: true,
  fields: group({
    area: list(area, { max: MAX_AREAS, initial: [area.initial], label: 'Areas' }),
    enable: flag(0, { label: 'Masks on' }),
  }),
  range: { channel: 0, enable: 'boolean', maxAreas: MAX_AREAS },
  check: ({ area }) => {
    for (const [index, one] of area.entries()) checkInside(one, `area[${index}]`)
  },
  apply: ({ area, enable }, { channels }, channel) => {
    channels[channel]?.configure({ masks: enable === 1 ? area.map(toWindow) : [] })
  },
})

function checkInside({ block, screen }: Area, path: string): void {
  if (block.x + block.width <= screen.width && block.y + block.height <= screen.height) return
  throw new CameraError('bad-value', `${path}: the block must lie on its screen`)
}

function toWindow({ block, screen }: Area) {
  return {
    x: block.x / screen.width,
    y: block.y / screen.height,
    width: block.width / screen.width,
    height: block.height / screen.height,
  }
}
