/** The RTMP chapter (Guide §3.9): announcing a viewer, and checking credentials for live view. */
import { action } from '../../define/command.ts'
import { group } from '../../define/groups.ts'
import { announce, previewType } from '../video-input/Preview.ts'

/** `enable` is not among them: the command decides. */
const fields = group({ type: previewType })
const access = { key: 'rtmp', right: 'read' } as const

export const rtmpStart = action('rtmp=start', {
  guide: '3.9.1',
  summary: 'Prepares a stream for an RTMP viewer. The command decides; `enable` is ignored (Q-107).',
  access,
  section: 'Preview',
  fields,
  perChannel: true,
  run: ({ type }, call, channel) => {
    announce(true, type, call, channel)
    return undefined
  },
})

export const rtmpStop = action('rtmp=stop', {
  guide: '3.9.2',
  summary: 'Takes rtmp=start back. The command decides; `enable` is ignored (Q-107).',
  access,
  section: 'Preview',
  fields,
  perChannel: true,
  run: ({ type }, call, channel) => {
    announce(false, type, call, channel)
    return undefined
  },
})

export const rtmpAuth = action('rtmp=auth', {
  guide: '3.9.3',
  summary: 'Tells whether these credentials may watch: the dispatcher has checked them before it gets here.',
  access,
  run: () => undefined,
})
