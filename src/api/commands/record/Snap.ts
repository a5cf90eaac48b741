/** A picture of this moment (Guide §3.6.5, Q-94). */
import { choice } from '../../define/choice.ts'
import { action } from '../../define/command.ts'
import { optional, withDefault } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { integer } from '../../define/numbers.ts'

const side = () => optional(integer({ min: 16, max: 4096, initial: 640 }))

export const snap = action('Snap', {
  guide: '3.6.5',
  summary: 'The live picture as JPEG; `rs` is accepted in any length and ignored.',
  access: { key: 'snap', right: 'read' },
  readOnly: true,
  perChannel: true,
  fields: group({
    snapType: withDefault(choice(['main', 'sub'], { initial: 'main' }), 'main'),
    width: side(),
    height: side(),
  }),
  run: async ({ snapType, width, height }, { parts }, channel) => ({
    attachment: {
      contentType: 'image/jpeg;name="snap.jpg"',
      content: await parts.channels[channel]!.snapshot({
        stream: snapType,
        ...(width === undefined ? {} : { width }),
        ...(height === undefined ? {} : { height }),
      }),
    },
  }),
})
