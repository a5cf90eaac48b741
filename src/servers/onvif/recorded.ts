/**
 * What ONVIF calls a recording: all that was recorded of one stream, with its sound. The token is that of the stream
 * (docs/design/onvif.md).
 */
import type { Permission } from '../../api/ability.ts'
import { osd } from '../../api/commands/video-input/Osd.ts'
import type { Parts } from '../../api/parts.ts'
import { TRACKS_OF_RECORDINGS } from '../rtsp/playback.ts'
import { endpointOf } from './device.ts'
import { STREAMS, type StreamToken } from './encoder.ts'
import { invalid } from './fault.ts'
import { hasSound, SOURCE } from './media-shapes.ts'
import type { Name } from './names.ts'
import type { Call } from './operation.ts'
import { addressOf } from './services.ts'
import { type Xml, xml } from './xml-writer.ts'
import { printTime } from './xs-time.ts'

/** Who may replay recordings may look for them. */
export const replaying: Permission = { key: 'recReplay', right: 'read' }

/** So many files lie over one another at most, where the clock was set back. */
const MAX_OVERLAPPING = 100

export type TrackToken = keyof typeof TRACKS_OF_RECORDINGS
const TRACK_TYPES: Readonly<Record<TrackToken, string>> = { video: 'Video', audio: 'Audio' }

/** Errors: Fault. */
export function recordingOf(
  token: string | undefined,
  what: `ter:${string}` = 'ter:NoRecording',
): StreamToken {
  const found = STREAMS.find((stream) => stream === token)
  if (found === undefined) throw invalid(what, 'there is no recording of that token')
  return found
}

/** Of a recording; sound is there while the streams have it. */
export function tracksOf(parts: Pick<Parts, 'settings'>): readonly TrackToken[] {
  return hasSound(parts) ? ['video', 'audio'] : ['video']
}

export interface Extent {
  readonly fromMs: number
  readonly toMs: number
}

/** Undefined while nothing was recorded. */
export function extentOf(stream: StreamToken, { recordings }: Pick<Parts, 'recordings'>): Extent | undefined {
  const extent = recordings.extent({ channel: 0, stream })
  return extent && { fromMs: extent.startMs, toMs: extent.endMs }
}

export function filesAt(
  stream: StreamToken,
  atMs: number,
  { recordings }: Pick<Parts, 'recordings'>,
): ReturnType<Parts['recordings']['between']> {
  return recordings.between({ channel: 0, stream }, atMs, atMs, MAX_OVERLAPPING)
}

/** Something is written right now. */
export function isRecording(stream: StreamToken, parts: Pick<Parts, 'recordings'>): boolean {
  const extent = extentOf(stream, parts)
  if (extent === undefined) return false
  return filesAt(stream, extent.toMs, parts).some(({ state }) => state === 'open')
}

/** `tt:RecordingSourceInformation`. */
export function sourceInformation(name: Name, call: Call): Xml {
  const { settings, device } = call.parts
  return xml(
    name,
    xml('tt:SourceId', `${endpointOf(device)}/${SOURCE}`),
    xml('tt:Name', settings.current(osd).osdChannel.name),
    xml('tt:Location', ''),
    xml('tt:Description', 'the camera itself'),
    xml('tt:Address', addressOf(call, 'device')),
  )
}

export function contentOf(stream: StreamToken): string {
  return `the ${stream} stream`
}

/** `tt:RecordingInformation`. */
export function recordingInformation(name: Name, stream: StreamToken, call: Call): Xml {
  const extent = extentOf(stream, call.parts)
  const status = isRecording(stream, call.parts)
    ? 'Recording'
    : extent === undefined
      ? 'Initiated'
      : 'Stopped'
  return xml(
    name,
    xml('tt:RecordingToken', stream),
    sourceInformation('tt:Source', call),
    extent && xml('tt:EarliestRecording', printTime(extent.fromMs)),
    extent && xml('tt:LatestRecording', printTime(extent.toMs)),
    xml('tt:Content', contentOf(stream)),
    tracksOf(call.parts).map((track) => trackInformation('tt:Track', track, extent, call)),
    xml('tt:RecordingStatus', status),
  )
}

/** `tt:TrackInformation`. */
export function trackInformation(name: Name, track: TrackToken, extent: Extent | undefined, call: Call): Xml {
  const nowMs = call.parts.clock.wallMs()
  return xml(
    name,
    xml('tt:TrackToken', TRACKS_OF_RECORDINGS[track]),
    trackConfiguration(track),
    // The schema wants times of an empty track too.
    xml('tt:DataFrom', printTime(extent?.fromMs ?? nowMs)),
    xml('tt:DataTo', printTime(extent?.toMs ?? nowMs)),
  )
}

/** What stands in a `tt:TrackConfiguration`. */
export function trackConfiguration(track: TrackToken): Xml[] {
  return [xml('tt:TrackType', TRACK_TYPES[track]), xml('tt:Description', track)]
}
