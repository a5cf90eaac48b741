/** How a client wants to be shown something: PLAY's headers, with those of ONVIF's replay (Streaming §6). Pure. */
import type { RtspRequest } from './request-reader.ts'
import { Refusal } from './response.ts'

/** RFC 2326 §12.32, and its name at ONVIF. */
export const REPLAY_FEATURE = 'onvif-replay'

export interface PlayWish {
  readonly range: string | undefined
  /** The number of the request, which stands in the header extension of what it starts. */
  readonly cseq: number
  /** Times and gaps are told in each picture's header extension. */
  readonly isOnvif: boolean
  /** False: as fast as the client takes it. */
  readonly isPaced: boolean
  /** Key pictures only, with so many milliseconds of the recording between them; undefined for all. */
  readonly keyIntervalMs: number | undefined
  /** The answer has to tell the speed, which is always 1 (RFC 2326 §12.34). */
  readonly asksScale: boolean
}

/** The features that a request relies on. Errors: Refusal 551 for one that is not there. */
export function requireKnown({ headers }: Pick<RtspRequest, 'headers'>): readonly string[] {
  const text = headers.get('require') ?? headers.get('proxy-require') ?? ''
  const features = text.split(',').map((feature) => feature.trim())
  const unknown = features.filter((feature) => feature !== '' && feature !== REPLAY_FEATURE)
  if (unknown.length > 0) throw new Refusal(551, [['Unsupported', unknown.join(', ')]])
  return features
}

/** Errors: Refusal 551; 451 for headers with values that they cannot have. */
export function playWish(request: Pick<RtspRequest, 'headers'>): PlayWish {
  const { headers } = request
  const rateControl = headers.get('rate-control')?.trim().toLowerCase() ?? 'yes'
  if (rateControl !== 'yes' && rateControl !== 'no') throw new Refusal(451)
  const scale = headers.get('scale')
  // Nothing is played in reverse.
  if (scale !== undefined && !(Number(scale) > 0)) throw new Refusal(451)
  return {
    range: headers.get('range'),
    cseq: Number.parseInt(headers.get('cseq') ?? '0', 10) || 0,
    isOnvif: requireKnown(request).includes(REPLAY_FEATURE),
    isPaced: rateControl === 'yes',
    keyIntervalMs: keyInterval(headers.get('frames') ?? 'all'),
    asksScale: scale !== undefined,
  }
}

/** `intra/4000`; this camera's pictures are never predicted from later ones, so `predicted` is all of them. */
function keyInterval(frames: string): number | undefined {
  const match = /^\s*(?:all|predicted|(intra)(?:\/(\d{1,9}))?)\s*$/i.exec(frames)
  if (match === null) throw new Refusal(451)
  return match[1] === undefined ? undefined : Number(match[2] ?? 0)
}
