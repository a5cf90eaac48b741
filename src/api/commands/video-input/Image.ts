/** Brightness, contrast and colour of the picture (Guide §3.4.3–3.4.4). */
import { FACTORY_IMAGE } from '../../../engine/factory-settings.ts'
import { group } from '../../define/groups.ts'
import { integer } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'

const level = (initial: number, label: string) => integer({ min: 0, max: 255, initial, label })

const fields = group({
  bright: level(FACTORY_IMAGE.bright, 'Brightness'),
  contrast: level(FACTORY_IMAGE.contrast, 'Contrast'),
  hue: level(FACTORY_IMAGE.hue, 'Hue'),
  saturation: level(FACTORY_IMAGE.saturation, 'Saturation'),
  sharpen: level(FACTORY_IMAGE.sharpen, 'Sharpness'),
})

export const image = setting('Image', {
  guide: ['3.4.3', '3.4.4'],
  summary: 'Brightness, contrast, colour and sharpness of the picture; 128 leaves it as it is.',
  ability: { key: 'image' },
  perChannel: true,
  fields,
  range: { channel: 0, ...(fields.range() as object) },
  apply: (image, { channels }, channel) => channels[channel]?.configure({ image }),
})
