/** Announcing that somebody is about to watch (Guide §3.4.11, Q-86); the stream itself is fetched by RTMP or HTTP-FLV. */
import { STREAM_NAMES } from '../../../media/packet.ts'
import { choice } from '../../define/choice.ts'
import { action, type Call } from '../../define/command.ts'
import { withDefault } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'

/** The stream that Preview, rtmp=start and rtmp=stop are about. */
export const previewType = withDefault(choice(STREAM_NAMES, { initial: 'main' }), 'main')

/** Keeps the stream encoded for a viewer that is on its way, or takes that back. */
export function announce(
  want: boolean,
  type: (typeof STREAM_NAMES)[number],
  call: Call,
  channel: number,
): void {
  const port = call.parts.channels[channel]
  if (want) port?.expectViewer(call.principal.user.name, type)
  else port?.dismissViewer(call.principal.user.name, type)
}

export const preview = action('Preview', {
  guide: '3.4.11',
  summary:
    'Announces or withdraws the wish to watch a stream, so that it is encoded when the viewer arrives.',
  access: { key: 'live', right: 'read' },
  section: 'Preview',
  fields: group({ enable: withDefault(flag(1), 1), type: previewType }),
  perChannel: true,
  run: ({ enable, type }, call, channel) => {
    announce(enable === 1, type, call, channel)
    return undefined
  },
})
