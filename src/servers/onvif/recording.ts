/**
 * Recording service: what is recorded, and whether (Recording Control §5). Both recordings are there from the beginning and
 * follow one plan, that of SetRec.
 */
import { rec } from '../../api/commands/record/Rec.ts'
import type { Parts } from '../../api/parts.ts'
import { TRACKS_OF_RECORDINGS } from '../rtsp/playback.ts'
import { STREAMS, type StreamToken } from './encoder.ts'
import { invalid } from './fault.ts'
import { accessOf, type Call, change, type Operation, operation } from './operation.ts'
import {
  contentOf,
  isRecording,
  recordingOf,
  replaying,
  sourceInformation,
  type TrackToken,
  trackConfiguration,
  tracksOf,
} from './recorded.ts'
import { SERVICES } from './services.ts'
import type { XmlElement } from './xml-reader.ts'
import { type Xml, xml } from './xml-writer.ts'

const { change: revise } = accessOf(rec)
/** What a job records: a profile of the media service. */
const PROFILE = 'http://www.onvif.org/ver10/schema/Profile'

export const RECORDING_OPERATIONS: readonly Operation[] = [
  operation('trc:GetServiceCapabilities', 'anyone', () => SERVICES.recording.capabilities()),

  operation('trc:GetRecordings', replaying, (_request, call) =>
    STREAMS.map((stream) =>
      xml(
        'trc:RecordingItem',
        xml('tt:RecordingToken', stream),
        configuration('tt:Configuration', stream, call),
        xml(
          'tt:Tracks',
          tracksOf(call.parts).map((track) =>
            xml(
              'tt:Track',
              xml('tt:TrackToken', TRACKS_OF_RECORDINGS[track]),
              xml('tt:Configuration', trackConfiguration(track)),
            ),
          ),
        ),
      ),
    ),
  ),
  operation('trc:GetRecordingConfiguration', replaying, (request, call) =>
    configuration('trc:RecordingConfiguration', recordingIn(request), call),
  ),
  operation('trc:GetTrackConfiguration', replaying, (request, { parts }) => {
    recordingIn(request)
    const track = tracksOf(parts).find((one) => TRACKS_OF_RECORDINGS[one] === request.textAt('TrackToken'))
    if (track === undefined) throw invalid('ter:NoTrack', 'there is no track of that token')
    return xml('trc:TrackConfiguration', trackConfiguration(track))
  }),
  operation('trc:GetRecordingOptions', replaying, (request) => {
    const stream = recordingIn(request)
    return xml(
      'trc:Options',
      xml('trc:Job', { Spare: 0, CompatibleSources: stream }),
      xml('trc:Track', { SpareTotal: 0, SpareVideo: 0, SpareAudio: 0, SpareMetadata: 0 }),
    )
  }),

  operation('trc:GetRecordingJobs', replaying, (_request, { parts }) =>
    STREAMS.map((stream) =>
      xml(
        'trc:JobItem',
        xml('tt:JobToken', stream),
        xml('tt:JobConfiguration', jobConfiguration(stream, parts)),
      ),
    ),
  ),
  operation('trc:GetRecordingJobConfiguration', replaying, (request, { parts }) =>
    xml('trc:JobConfiguration', jobConfiguration(jobIn(request), parts)),
  ),
  operation('trc:GetRecordingJobState', replaying, (request, { parts }) => {
    const stream = jobIn(request)
    const state = xml('tt:State', isRecording(stream, parts) ? 'Active' : 'Idle')
    const tracks = tracksOf(parts).map((track) => xml('tt:Track', ...trackOf(track), state))
    return xml(
      'trc:State',
      xml('tt:RecordingToken', stream),
      state,
      xml('tt:Sources', sourceToken(stream), state, xml('tt:Tracks', tracks)),
    )
  }),
  operation('trc:SetRecordingJobMode', revise, async (request, call) => {
    jobIn(request)
    const mode = request.textAt('Mode')
    if (mode !== 'Active' && mode !== 'Idle') throw invalid('ter:BadMode', 'Mode must be Active or Idle')
    await change(rec, { schedule: { enable: mode === 'Active' ? 1 : 0 } }, call)
    return undefined
  }),
]

function recordingIn(request: XmlElement): StreamToken {
  return recordingOf(request.textAt('RecordingToken'))
}

function jobIn(request: XmlElement): StreamToken {
  return recordingOf(request.textAt('JobToken'), 'ter:NoRecordingJob')
}

/** `tt:RecordingConfiguration`. */
function configuration(
  name: 'tt:Configuration' | 'trc:RecordingConfiguration',
  stream: StreamToken,
  call: Call,
): Xml {
  return xml(
    name,
    sourceInformation('tt:Source', call),
    xml('tt:Content', contentOf(stream)),
    // Recordings stay until their place is needed.
    xml('tt:MaximumRetentionTime', 'PT0S'),
  )
}

/** What stands in a `tt:RecordingJobConfiguration`. */
function jobConfiguration(stream: StreamToken, parts: Parts): Xml[] {
  const isOn = parts.settings.current(rec).schedule.enable === 1
  return [
    xml('tt:RecordingToken', stream),
    xml('tt:Mode', isOn ? 'Active' : 'Idle'),
    xml('tt:Priority', 1),
    xml(
      'tt:Source',
      sourceToken(stream),
      tracksOf(parts).map((track) => xml('tt:Tracks', ...trackOf(track))),
    ),
  ]
}

function sourceToken(stream: StreamToken): Xml {
  return xml('tt:SourceToken', { Type: PROFILE }, xml('tt:Token', stream))
}

function trackOf(track: TrackToken): Xml[] {
  return [xml('tt:SourceTag', track), xml('tt:Destination', TRACKS_OF_RECORDINGS[track])]
}
