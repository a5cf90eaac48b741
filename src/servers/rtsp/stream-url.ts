/** What an RTSP address asks for (docs/design/rtsp.md). */
import type { StreamName } from '../../media/packet.ts'
import { TRACKS } from '../../media/rtp/sdp.ts'
import { parseQuery, type Query } from '../query.ts'
import type { StreamRequest } from '../stream-request.ts'
import { TRACK_NAMES, type TrackName } from './from-stream.ts'

export interface RtspTarget {
  /** `live` or `playback`; undefined for a path that means nothing. */
  readonly kind: 'live' | 'playback' | undefined
  readonly request: StreamRequest | undefined
  /** The last part, if it names a track. */
  readonly track: TrackName | undefined
  /** Without slashes around it and without the track, in lower case: two that are equal mean the same. */
  readonly path: string
  readonly query: Query
  /** The address without track, query and credentials, with one slash at the end: the base of the tracks' addresses. */
  readonly base: string
}

/**
 * Never fails. Quirk(live555, GStreamer): the track may stand behind the query: `…_main?token=t/trackID=0`.
 */
export function parseRtspUrl(url: string): RtspTarget {
  const match = /^(rtspu?s?:\/\/)?([^/?]*)([^?]*)(?:\?(.*))?$/i.exec(url)
  const [, scheme = 'rtsp://', authority = '', rawPath = '', rawQuery = ''] = match ?? []
  const [query, queryTrack] = cutTrack(rawQuery)
  const [path, pathTrack] = cutTrack(trimSlashes(rawPath))
  const name = trimSlashes(path).toLowerCase()
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return {
    ...meaningOf(name),
    track: pathTrack ?? queryTrack,
    path: name,
    query: parseQuery(query),
    base: `${scheme}${host}/${trimSlashes(path)}/`,
  }
}

function meaningOf(name: string): Pick<RtspTarget, 'kind' | 'request'> {
  const match = /^(?:(h264)?preview|(playback))_(\d\d)_(main|sub|ext)$/.exec(name)
  if (match === null) return { kind: undefined, request: undefined }
  const channel = Number(match[3]) - 1
  const kind = match[2] === undefined ? 'live' : 'playback'
  return { kind, request: { channel, name: match[4] as StreamName } }
}

/** Cuts a track's name off the end. */
function cutTrack(text: string): [string, TrackName | undefined] {
  const track = TRACK_NAMES.find((name) =>
    text.toLowerCase().endsWith(`/${TRACKS[name].control.toLowerCase()}`),
  )
  return track === undefined ? [text, undefined] : [text.slice(0, -TRACKS[track].control.length - 1), track]
}

/** By index: a regular expression takes squared time on a long run of slashes that does not end the text. */
function trimSlashes(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text[start] === '/') start += 1
  while (end > start && text[end - 1] === '/') end -= 1
  return text.slice(start, end)
}
