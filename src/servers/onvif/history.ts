/** What happened to a recording (Recording Search §5.23): when it went on and when not, and when something moved. */
import { setImmediate } from 'node:timers/promises'
import { GAP_MS } from '../rtsp/footage.ts'
import type { StreamToken } from './encoder.ts'
import { TOPICS, type Topic } from './topics.ts'

/** So many are looked at without a break. */
const FILES_OF_TURN = 500

const RECORDING_STATE: Topic = {
  path: ['RecordingHistory', 'Recording', 'State'],
  source: { RecordingToken: '' },
  data: 'IsRecording',
}
const TRACK_STATE: Topic = {
  path: ['RecordingHistory', 'Track', 'State'],
  source: { RecordingToken: '', Track: '' },
  data: 'IsDataPresent',
}

/** What can be looked for. */
export const HISTORY_TOPICS: readonly Topic[] = [RECORDING_STATE, TRACK_STATE, ...TOPICS]

export interface FoundEvent {
  readonly recording: StreamToken
  readonly track: string
  readonly topic: Topic
  /** Where the topic does not say it. */
  readonly source: Readonly<Record<string, string>>
  readonly atMs: number
  readonly state: boolean
  /** How things stood where the search began or ended, not that they changed. */
  readonly isStart: boolean
}

interface RecordedFile {
  readonly startMs: number
  readonly endMs: number
  readonly state: string
}

interface Stretch {
  readonly startMs: number
  /** Undefined while it goes on. */
  readonly endMs: number | undefined
}

export interface HistoryQuestion {
  readonly recording: StreamToken
  readonly tracks: readonly string[]
  readonly recorded: readonly Stretch[]
  /** In order; those that overlap the time. */
  readonly motions: readonly Stretch[]
  readonly topics: readonly Topic[]
  /** The later one first for a search backwards. */
  readonly fromMs: number
  readonly toMs: number
  readonly includesStart: boolean
}

/** In the order of the search. */
export function historyOf(question: HistoryQuestion): FoundEvent[] {
  const { fromMs, toMs, includesStart } = question
  const isBackwards = toMs < fromMs
  const [firstMs, lastMs] = isBackwards ? [toMs, fromMs] : [fromMs, toMs]
  const found = linesOf(question).flatMap(({ stretches, ...line }) => {
    const event = (atMs: number, state: boolean, isStart = false): FoundEvent => ({
      ...line,
      recording: question.recording,
      atMs,
      state,
      isStart,
    })
    const isOnAt = (atMs: number) =>
      stretches.some(({ startMs, endMs }) => startMs <= atMs && (endMs === undefined || endMs > atMs))
    const changes = stretches.flatMap(({ startMs, endMs }) => [
      event(startMs, true),
      ...(endMs === undefined ? [] : [event(endMs, false)]),
    ])
    const starts = includesStart ? (isBackwards ? [firstMs, lastMs] : [firstMs]) : []
    return [
      ...starts.map((atMs) => event(atMs, isOnAt(atMs), true)),
      ...changes.filter(({ atMs }) => atMs >= firstMs && atMs <= lastMs),
    ]
  })
  const sign = isBackwards ? -1 : 1
  return found.sort((one, other) => sign * (one.atMs - other.atMs))
}

interface Line extends Pick<FoundEvent, 'track' | 'topic' | 'source'> {
  readonly stretches: readonly Stretch[]
}

/** Each property with the times at which it is true. */
function linesOf({ recording, tracks, recorded, motions, topics }: HistoryQuestion): Line[] {
  return topics.flatMap((topic): Line[] => {
    const [first = ''] = tracks
    if (topic === RECORDING_STATE)
      return [{ topic, track: first, source: { RecordingToken: recording }, stretches: recorded }]
    if (topic !== TRACK_STATE) return [{ topic, track: first, source: topic.source, stretches: motions }]
    return tracks.map((track) => ({
      topic,
      track,
      source: { RecordingToken: recording, Track: track },
      stretches: recorded,
    }))
  })
}

/** When something was recorded, of files in order: those that follow one another are one section. */
export async function sectionsOf(files: Iterable<RecordedFile>): Promise<readonly Stretch[]> {
  const sections: { startMs: number; endMs: number | undefined; reachMs: number }[] = []
  let count = 0
  for (const { startMs, endMs, state } of files) {
    count += 1
    // There may be years of them: others have their turn.
    if (count % FILES_OF_TURN === 0) await setImmediate()
    const last = sections.at(-1)
    const end = state === 'open' ? undefined : endMs
    if (last !== undefined && startMs - last.reachMs <= GAP_MS)
      Object.assign(last, { endMs: end, reachMs: endMs })
    else sections.push({ startMs, endMs: end, reachMs: endMs })
  }
  return sections
}
