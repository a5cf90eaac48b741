/** `rtsp://`, `rtmp://`, `http(s)://`: streams of other devices, and files of other machines. */
import { type Recipe, SILENCE_LIMIT_US } from './recipe.ts'
import type { NetworkSpecification } from './specification.ts'

/** FFmpeg looks at a stream for up to 5 s before it starts; this much is enough. */
const PROBING = { analyzeduration: '400000', probesize: '400000', fpsprobesize: '0' }

export function networkRecipe({ protocol, url }: NetworkSpecification): Recipe {
  return { url, isFile: false, attempts: [OPTIONS[protocol]] }
}

// Only what the address names may be opened, never a file that a playlist or a redirection points to.
const OPTIONS = {
  rtsp: {
    ...PROBING,
    rtsp_transport: 'tcp',
    timeout: SILENCE_LIMIT_US,
    protocol_whitelist: 'tcp,tls,crypto,rtp',
  },
  rtmp: {
    ...PROBING,
    rw_timeout: SILENCE_LIMIT_US,
    protocol_whitelist: 'rtmp,rtmps,tcp,tls,crypto',
  },
  http: {
    ...PROBING,
    rw_timeout: SILENCE_LIMIT_US,
    protocol_whitelist: 'http,https,tcp,tls,crypto,httpproxy',
    user_agent: 'vedette',
  },
} as const
