/** Tracks: moves that were made once and are made again and again ("PtzTattern", docs/design/ptz.md). */
import type { Clock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Head, Place } from './head.ts'
import { MAX_SPEED, MIN_SPEED, PRESETS, TRACKS } from './limits.ts'
import { type Fields, type Memory, readPlace, recall } from './memory.ts'
import { type Drive, drive, isDrive, OPERATIONS } from './operations.ts'
import type { Presets } from './presets.ts'

/** Limits of a recording. */
const MAX_MOVES = 256
const MAX_MS = 300_000
/** Shortest time of a round, for a track without moves. */
const MIN_ROUND_MS = 1000

export type Move =
  | { readonly op: Drive; readonly speed: number }
  | { readonly op: 'Stop' }
  | { readonly op: 'ToPos'; readonly id: number; readonly speed: number }

export interface Track {
  readonly id: number
  readonly name: string
  /** Undefined while there is no such track. */
  readonly recording: Recording | undefined
}

export interface Recording {
  /** Where it begins. */
  readonly place: Place
  readonly durationMs: number
  readonly moves: readonly (Move & { readonly atMs: number })[]
}

interface TracksOptions {
  readonly head: Head
  readonly clock: Clock
  readonly presets: Presets
  readonly memory: Memory
  /** Under which the list is stored. */
  readonly key: string
  readonly log: Log
}

export class Tracks {
  readonly #options: TracksOptions
  #known: ReadonlyMap<number, Track>
  #recorder: Recorder | undefined

  constructor(options: TracksOptions) {
    this.#options = options
    const { memory, key, log } = options
    this.#known = mapOf(recall(memory, key, readTracks, [], log))
  }

  /** Those that have a name or a recording. */
  get known(): readonly Track[] {
    return [...this.#known.values()]
  }

  /** Puts these in place of all. They are stored already. */
  replace(tracks: readonly Track[]): void {
    this.#known = mapOf(tracks)
  }

  /** All six, in order. */
  list(): readonly Track[] {
    return Array.from({ length: TRACKS }, (_, index) => this.find(index + 1))
  }

  find(id: number): Track {
    return this.#known.get(id) ?? { id, name: '', recording: undefined }
  }

  /** Stored when it returns. */
  save(track: Track): void {
    const known = new Map(this.#known).set(track.id, track)
    this.#options.memory.save({ [this.#options.key]: [...known.values()] })
    this.#known = known
  }

  /** Number of the track that is being recorded. */
  get recorded(): number | undefined {
    return this.#recorder?.id
  }

  /** Begins a recording where the head looks. Errors: CameraError of the head. */
  async record(id: number): Promise<void> {
    const { head, clock } = this.#options
    const place = await head.remember(PRESETS + id)
    this.#recorder = new Recorder(id, place, () => clock.monotonicMs())
  }

  /** A move was made. Tells whether it ended the recording, which had no room for it. */
  note(move: Move): boolean {
    return this.#recorder !== undefined && !this.#recorder.note(move) && this.finish()
  }

  /** Ends the recording and stores it. Tells whether there was one. */
  finish(): boolean {
    const recorder = this.#recorder
    if (recorder === undefined) return false
    this.#recorder = undefined
    this.save({ ...this.find(recorder.id), recording: recorder.finish() })
    return true
  }

  /** Forgets a track and what is being recorded of it. */
  async free(id: number, name: string): Promise<void> {
    if (this.#recorder?.id === id) this.#recorder = undefined
    const { recording, name: old } = this.find(id)
    if (recording === undefined && name === old) return
    this.save({ id, name, recording: undefined })
    if (recording !== undefined) await this.#options.head.forget(recording.place)
  }

  /** The steps of an activity: to the beginning, then each move at its time, and again. */
  stepsOf(id: number): (index: number) => Promise<number> {
    const { head, presets } = this.#options
    const recording = this.find(id).recording
    if (recording === undefined) throw new CameraError('not-exist', `there is no track ${id}`)
    const { place, moves, durationMs } = recording
    return async (index) => {
      const step = index % (moves.length + 1)
      const move = moves[step - 1]
      const untilMs = moves[step]?.atMs ?? Math.max(durationMs, MIN_ROUND_MS)
      if (move === undefined) return (await head.goTo(place, MAX_SPEED)) + untilMs
      await perform(move, head, presets)
      return untilMs - move.atMs
    }
  }
}

/** Notes the moves of a track while they are made. */
class Recorder {
  readonly id: number
  readonly #place: Place
  readonly #now: () => number
  readonly #startMs: number
  readonly #moves: (Move & { readonly atMs: number })[] = []

  /** `now` tells monotonic milliseconds. */
  constructor(id: number, place: Place, now: () => number) {
    this.id = id
    this.#place = place
    this.#now = now
    this.#startMs = now()
  }

  /** Tells whether there was room for it. */
  note(move: Move): boolean {
    const atMs = Math.round(this.#now() - this.#startMs)
    if (this.#moves.length >= MAX_MOVES || atMs > MAX_MS) return false
    this.#moves.push({ ...move, atMs })
    return true
  }

  finish(): Recording {
    const durationMs = Math.min(MAX_MS, Math.round(this.#now() - this.#startMs))
    return { place: this.#place, moves: this.#moves, durationMs }
  }
}

/** Errors: CameraError of the head; `not-exist` for a preset that is off. */
export async function perform(move: Move, head: Head, presets: Presets): Promise<void> {
  if (move.op === 'Stop') await head.stop()
  else if (move.op === 'ToPos') await head.goTo(presets.place(move.id), move.speed)
  else await drive(head, move.op, move.speed)
}

function mapOf(tracks: readonly Track[]): ReadonlyMap<number, Track> {
  return new Map(tracks.map((track) => [track.id, track]))
}

/** Errors: Error that says what is wrong. */
export function readTracks(value: Fields): readonly Track[] {
  return value.items().map(readTrack)
}

function readTrack(value: Fields): Track {
  return {
    id: value.member('id').number(1, TRACKS),
    name: value.member('name').text(),
    recording: value.has('recording') ? readRecording(value.member('recording')) : undefined,
  }
}

function readRecording(value: Fields): Recording {
  return {
    place: readPlace(value.member('place')),
    durationMs: value.member('durationMs').number(0, MAX_MS),
    moves: value.member('moves').items().map(readMove),
  }
}

function readMove(value: Fields): Move & { readonly atMs: number } {
  const atMs = value.member('atMs').number(0, MAX_MS)
  const name = value.member('op').text()
  const op = OPERATIONS.find((operation) => operation === name)
  if (op === 'Stop') return { op, atMs }
  const speed = value.member('speed').number(MIN_SPEED, MAX_SPEED)
  if (op === 'ToPos') return { op, atMs, speed, id: value.member('id').number(1, PRESETS) }
  if (op === undefined || !isDrive(op)) throw new Error(`${name} is not a move`)
  return { op, atMs, speed }
}
