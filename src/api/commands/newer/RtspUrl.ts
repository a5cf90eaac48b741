/** Where the streams are found by RTSP. */
import { CameraError } from '../../../base/errors.ts'
import { action, LATER } from '../../define/command.ts'

const SECTION = 'rtspUrl'
/** Left out where it is the usual one (RFC 7826 §4.2). */
const USUAL_PORT = 554

export const getRtspUrl = action('GetRtspUrl', {
  guide: LATER,
  summary: 'The RTSP addresses of main and sub, without user and password.',
  access: { key: 'rtsp', right: 'read' },
  section: SECTION,
  readOnly: true,
  perChannel: true,
  run: (_params, { parts, host }, channel) => {
    const port = parts.servicePorts.portOf('rtsp')
    if (port === undefined) throw new CameraError('not-supported', 'the camera does not serve RTSP')
    const authority = port === USUAL_PORT ? host : `${host}:${port}`
    const number = String(channel + 1).padStart(2, '0')
    const url = (stream: string) => `rtsp://${authority}/h264Preview_${number}_${stream}`
    return { value: { [SECTION]: { channel, mainStream: url('main'), subStream: url('sub') } } }
  },
})
