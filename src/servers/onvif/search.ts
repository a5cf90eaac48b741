/** Search service: which recordings there are, of when, and what happened meanwhile (Recording Search §5). */
import type { Parts } from '../../api/parts.ts'
import { SAMPLE_RATE, SOUND_KBPS } from '../../engine/sound-rate.ts'
import { GAP_MS } from '../rtsp/footage.ts'
import { TRACKS_OF_RECORDINGS } from '../rtsp/playback.ts'
import { STREAMS, type StreamToken, viewOf } from './encoder.ts'
import { Fault, invalid } from './fault.ts'
import { type FoundEvent, HISTORY_TOPICS, historyOf, sectionsOf } from './history.ts'
import { SOURCE } from './media-shapes.ts'
import { type Call, type Operation, operation } from './operation.ts'
import {
  type Extent,
  extentOf,
  filesAt,
  recordingInformation,
  recordingOf,
  replaying,
  trackInformation,
  tracksOf,
} from './recorded.ts'
import { SERVICES } from './services.ts'
import { messageParts, topicsIn } from './topics.ts'
import type { XmlElement } from './xml-reader.ts'
import { type Xml, xml } from './xml-writer.ts'
import { parseDuration, parseTime, printTime } from './xs-time.ts'

/** Of one search, and of one answer. */
const MAX_FOUND = 20_000
const MAX_RESULTS = 500

export const SEARCH_OPERATIONS: readonly Operation[] = [
  operation('tse:GetServiceCapabilities', 'anyone', () => SERVICES.search.capabilities()),

  operation('tse:GetRecordingSummary', replaying, (_request, { parts }) => {
    const extents = STREAMS.flatMap((stream) => extentOf(stream, parts) ?? [])
    const nowMs = parts.clock.wallMs()
    return xml(
      'tse:Summary',
      xml('tt:DataFrom', printTime(Math.min(nowMs, ...extents.map(({ fromMs }) => fromMs)))),
      xml(
        'tt:DataUntil',
        printTime(Math.max(...extents.map(({ toMs }) => toMs), extents.length === 0 ? nowMs : 0)),
      ),
      xml('tt:NumberRecordings', STREAMS.length),
    )
  }),
  operation('tse:GetRecordingInformation', replaying, (request, call) =>
    recordingInformation(
      'tse:RecordingInformation',
      recordingOf(request.textAt('RecordingToken'), 'ter:InvalidToken'),
      call,
    ),
  ),
  operation('tse:GetMediaAttributes', replaying, (request, call) => {
    const atMs = timeIn(request, 'Time')
    const tokens = request.all('RecordingTokens').map(({ text }) => recordingOf(text, 'ter:InvalidToken'))
    return STREAMS.filter((stream) => tokens.length === 0 || tokens.includes(stream)).flatMap(
      (stream) => mediaAttributes(stream, atMs, call) ?? [],
    )
  }),

  operation('tse:FindRecordings', replaying, (request, call) => {
    const found = scopeIn(request, call.parts).slice(0, limitIn(request, 'MaxMatches', MAX_FOUND))
    return begin(request, call, { kind: 'recordings', found, endMs: call.parts.clock.wallMs() })
  }),
  operation('tse:GetRecordingSearchResults', replaying, (request, call) => {
    const { found, isCompleted } = take(request, call, 'recordings')
    return xml(
      'tse:ResultList',
      xml('tt:SearchState', isCompleted ? 'Completed' : 'Searching'),
      found.map((stream) => recordingInformation('tt:RecordingInformation', stream, call)),
    )
  }),

  operation('tse:FindEvents', replaying, async (request, call) => {
    const fromMs = timeIn(request, 'StartPoint')
    const toMs =
      request.find('EndPoint') === undefined ? call.parts.clock.wallMs() : timeIn(request, 'EndPoint')
    const found = await eventsIn(request, { fromMs, toMs }, call.parts)
    return begin(request, call, { kind: 'events', found, endMs: toMs })
  }),
  operation('tse:GetEventSearchResults', replaying, (request, call) => {
    const { found, isCompleted } = take(request, call, 'events')
    return xml(
      'tse:ResultList',
      xml('tt:SearchState', isCompleted ? 'Completed' : 'Searching'),
      found.map(eventResult),
    )
  }),

  operation('tse:GetSearchState', replaying, (request, { searches, principal }) => {
    searches.check(request.textAt('SearchToken'), principal)
    return xml('tse:State', 'Searching')
  }),
  operation('tse:EndSearch', replaying, (request, { searches, principal }) =>
    xml('tse:Endpoint', printTime(searches.end(request.textAt('SearchToken'), principal))),
  ),
]

type Begun = Pick<Parameters<Call['searches']['begin']>[0], 'kind' | 'found' | 'endMs'>

function begin(request: XmlElement, { searches, principal, address }: Call, begun: Begun): Xml {
  const lifeMs = parseDuration(request.textAt('KeepAliveTime') ?? 'PT10S')
  if (Number.isNaN(lifeMs)) throw invalid('ter:InvalidArgVal', 'KeepAliveTime must be a duration')
  return xml('tse:SearchToken', searches.begin({ ...begun, principal, address, lifeMs }))
}

/** All is found at once, so that nobody has to wait for MinResults or WaitTime. */
function take<K extends 'recordings' | 'events'>(
  request: XmlElement,
  { searches, principal }: Call,
  kind: K,
) {
  const limit = limitIn(request, 'MaxResults', MAX_RESULTS)
  return searches.take(request.textAt('SearchToken'), kind, limit, principal)
}

/** Errors: Fault. */
function limitIn(request: XmlElement, name: string, most: number): number {
  const text = request.textAt(name)
  const limit = Number(text ?? most)
  if (!(limit >= 1)) throw invalid('ter:InvalidArgVal', `${name} must be 1 or more`)
  return Math.min(most, Math.floor(limit))
}

/** Errors: Fault. */
function timeIn(request: XmlElement, name: string): number {
  const ms = parseTime(request.textAt(name) ?? '')
  if (Number.isNaN(ms)) throw invalid('ter:InvalidArgVal', `${name} must be a time`)
  return ms
}

/** The recordings that are meant (§4.2.4). Errors: Fault. */
function scopeIn(request: XmlElement, parts: Parts): readonly StreamToken[] {
  const scope = request.find('Scope')
  const sources = (scope?.all('IncludedSources') ?? []).flatMap((source) => {
    const token = source.textAt('Token')
    return token === SOURCE ? STREAMS : [recordingOf(token, 'ter:InvalidSource')]
  })
  const named = (scope?.all('IncludedRecordings') ?? []).map(({ text }) =>
    recordingOf(text, 'ter:InvalidToken'),
  )
  const included = sources.length + named.length === 0 ? STREAMS : [...sources, ...named]
  const filter = scope?.textAt('RecordingInformationFilter')
  return filter !== undefined && !hasTrack(filter, parts)
    ? []
    : STREAMS.filter((stream) => included.includes(stream))
}

/** Of XPath that much is understood: `boolean(//Track[TrackType = "Audio"])`. Errors: Fault for anything else. */
function hasTrack(filter: string, parts: Parts): boolean {
  const [, type] =
    /^boolean\(\s*\/\/Track\[\s*TrackType\s*=\s*["'](Video|Audio|Metadata|Extended)["']\s*\]\s*\)$/.exec(
      filter,
    ) ?? []
  if (type === undefined)
    throw new Fault(
      'Sender',
      ['ter:InvalidArgVal', 'ter:InvalidFilterFault'],
      'this filter is not understood',
    )
  return tracksOf(parts).some((track) => track === type.toLowerCase())
}

async function eventsIn(request: XmlElement, { fromMs, toMs }: Extent, parts: Parts): Promise<FoundEvent[]> {
  const topics = topicsIn(request.find('SearchFilter'), HISTORY_TOPICS)
  const includesStart = request.booleanAt('IncludeStartState') === true
  const span = { fromMs: Math.min(fromMs, toMs), toMs: Math.max(fromMs, toMs) }
  // With the files beside them, to see whether they go on.
  const [beginMs, endMs] = [span.fromMs - GAP_MS, span.toMs + GAP_MS]
  const motions = parts.alarmEvents
    .between(0, span.fromMs, span.toMs, MAX_FOUND)
    .filter(({ kind }) => kind === 'motion')
  const tracks = tracksOf(parts).map((track) => TRACKS_OF_RECORDINGS[track])
  const found: FoundEvent[] = []
  for (const recording of scopeIn(request, parts)) {
    const recorded = await sectionsOf(
      parts.recordings.each({ channel: 0, stream: recording }, beginMs, endMs),
    )
    const common = { tracks, motions, topics, fromMs, toMs, includesStart }
    for (const event of historyOf({ ...common, recording, recorded })) found.push(event)
  }
  const sign = toMs < fromMs ? -1 : 1
  found.sort((one, other) => sign * (one.atMs - other.atMs))
  return found.slice(0, limitIn(request, 'MaxMatches', MAX_FOUND))
}

function eventResult({ recording, track, topic, source, atMs, state, isStart }: FoundEvent): Xml {
  return xml(
    'tt:Result',
    xml('tt:RecordingToken', recording),
    xml('tt:TrackToken', track),
    xml('tt:Time', printTime(atMs)),
    xml('tt:Event', messageParts(topic, state, isStart ? 'Initialized' : 'Changed', atMs, source)),
    xml('tt:StartStateEvent', isStart),
  )
}

/** `tt:MediaAttributes`; undefined if nothing was recorded then. */
function mediaAttributes(stream: StreamToken, atMs: number, call: Call): Xml | undefined {
  const { parts } = call
  const [file] = filesAt(stream, atMs, parts)
  const extent = extentOf(stream, parts)
  if (file === undefined || extent === undefined) return undefined
  const video = xml(
    'tt:VideoAttributes',
    xml('tt:Bitrate', viewOf(stream, parts).rateKbps),
    xml('tt:Width', file.width),
    xml('tt:Height', file.height),
    xml('tt:Encoding', 'H264'),
    xml('tt:Framerate', file.frameRate),
  )
  const audio = xml(
    'tt:AudioAttributes',
    xml('tt:Bitrate', SOUND_KBPS),
    xml('tt:Encoding', 'AAC'),
    xml('tt:Samplerate', SAMPLE_RATE / 1000),
  )
  return xml(
    'tse:MediaAttributes',
    xml('tt:RecordingToken', stream),
    tracksOf(parts).map((track) =>
      xml(
        'tt:TrackAttributes',
        trackInformation('tt:TrackInformation', track, extent, call),
        track === 'video' ? video : audio,
      ),
    ),
    xml('tt:From', printTime(file.startMs)),
    xml('tt:Until', printTime(file.endMs)),
  )
}
