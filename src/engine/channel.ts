/**
 * The camera's side of one channel: it keeps an engine process running, tells it the whole wish after every
 * change and hands on what it makes. It is free of native code.
 */
import type { ChildProcess } from 'node:child_process'
import type { Clock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Packet, StreamFormat, StreamName } from '../media/packet.ts'
import { forkEngine } from './fork.ts'
import { PendingSnapshots, type SnapshotWish } from './pending-snapshots.ts'
import type { EngineEvent, EngineRequest, EngineSettings, Sighting, SourceState } from './protocol.ts'
import { parseSource } from './source/specification.ts'

export interface ChannelOptions {
  readonly clock: Clock
  readonly log: Log
  readonly settings: EngineSettings
  packet(stream: StreamName, packet: Packet): void
  /** Comes before the first packet of that format, which is a key picture. */
  format(stream: StreamName, format: StreamFormat): void
  /** `detail` is a sentence without secrets, or empty. */
  source?(state: SourceState, detail: string): void
  /** What moves, or why nothing can be seen. */
  sighting?(sighting: Sighting, atMonotonicMs: number): void
  /** The engine ended without being asked to; another one is on the way. */
  crashed?(how: string): void
}

/** An engine that says nothing for so long hangs. It beats once a second. */
const SILENCE_LIMIT_MS = 4000
/** A fresh one first loads its native library, which may take long on a busy machine. */
const START_LIMIT_MS = 10_000

/** Pause before the restarts after the first, which comes at once. */
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5000
/** An engine that ran for so long was healthy: its crash is a first one. */
const HEALTHY_MS = 10_000

/** From the wish to stop to SIGKILL. */
const STOP_LIMIT_MS = 1000

/** Shortest time between two demanded key pictures of a stream. */
const KEY_INTERVAL_MS = 1000

export class Channel {
  readonly #options: ChannelOptions
  /** Monotonic time of time stamp 0; every engine of this channel counts from here. */
  readonly #epochMonotonicMs: number
  readonly #snapshots = new PendingSnapshots()
  readonly #lastPts = new Map<string, number>()
  readonly #lastKeyMs = new Map<StreamName, number>()
  #settings: EngineSettings
  #engine: ChildProcess | undefined
  #running = false
  #startedMs = 0
  #crashes = 0
  #watchdog: NodeJS.Timeout | undefined
  #restart: NodeJS.Timeout | undefined
  #state: SourceState = 'connecting'

  /** Errors: CameraError `bad-value` if the settings name an impossible source. */
  constructor(options: ChannelOptions) {
    parseSource(options.settings.source)
    this.#options = options
    this.#settings = options.settings
    this.#epochMonotonicMs = options.clock.monotonicMs()
  }

  get state(): SourceState {
    return this.#state
  }

  /** Process id of the engine, while there is one. */
  get enginePid(): number | undefined {
    return this.#engine?.pid
  }

  start(): void {
    this.#running = true
    this.#fork()
  }

  /** Resolves when the engine is gone, within 2 s. */
  async stop(): Promise<void> {
    this.#running = false
    clearTimeout(this.#restart)
    clearTimeout(this.#watchdog)
    const engine = this.#engine
    if (!engine || engine.exitCode !== null || engine.signalCode !== null) return
    const gone = new Promise<void>((resolve) => engine.once('exit', () => resolve()))
    // The engine ends when it loses us.
    if (engine.connected) engine.disconnect()
    const kill = setTimeout(() => engine.kill('SIGKILL'), STOP_LIMIT_MS)
    await gone
    clearTimeout(kill)
  }

  /** The whole wish; may be called at any time. Errors: CameraError `bad-value`, and nothing is changed. */
  configure(settings: EngineSettings): void {
    parseSource(settings.source)
    this.#settings = settings
    this.#configureEngine()
  }

  /** The newest picture as JPEG. Errors: CameraError `bad-value`, `timeout`, `get-failed`. */
  snapshot(wish: SnapshotWish): Promise<Uint8Array> {
    return this.#snapshots.ask(wish, (request) => {
      if (!this.#send(request))
        throw new CameraError('get-failed', 'there is no picture: the engine is restarting')
    })
  }

  /** The next picture of the stream becomes a key picture, at most once a second. */
  requestKeyFrame(stream: StreamName): void {
    const now = this.#options.clock.monotonicMs()
    if (now - (this.#lastKeyMs.get(stream) ?? Number.NEGATIVE_INFINITY) < KEY_INTERVAL_MS) return
    this.#lastKeyMs.set(stream, now)
    this.#send({ type: 'key-frame', stream })
  }

  #fork(): void {
    const engine = forkEngine(this.#options.log)
    this.#engine = engine
    this.#startedMs = this.#options.clock.monotonicMs()
    engine.on('message', (event: EngineEvent) => {
      this.#watch(SILENCE_LIMIT_MS)
      this.#take(event)
    })
    engine.on('error', (error) => this.#options.log.error({ err: error }, 'the engine process failed'))
    engine.once('close', (code, signal) => this.#ended(engine, signal ?? `code ${code}`))
    this.#watch(START_LIMIT_MS)
    this.#configureEngine()
  }

  #ended(engine: ChildProcess, how: string): void {
    if (this.#engine !== engine) return
    this.#engine = undefined
    clearTimeout(this.#watchdog)
    this.#snapshots.failAll()
    if (!this.#running) return
    this.#setState('connecting', '')
    const ranMs = this.#options.clock.monotonicMs() - this.#startedMs
    if (ranMs > HEALTHY_MS) this.#crashes = 0
    const pauseMs =
      this.#crashes === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (this.#crashes - 1), LONGEST_PAUSE_MS)
    this.#crashes += 1
    this.#options.log.error({ how, ranMs: Math.round(ranMs), pauseMs }, 'the engine ended and is restarted')
    this.#options.crashed?.(how)
    if (pauseMs === 0) this.#fork()
    else this.#restart = setTimeout(() => this.#fork(), pauseMs)
  }

  #watch(limitMs: number): void {
    clearTimeout(this.#watchdog)
    if (!this.#running) return
    const engine = this.#engine
    this.#watchdog = setTimeout(() => {
      this.#options.log.error({ limitMs }, 'the engine hangs and is killed')
      engine?.kill('SIGKILL')
    }, limitMs)
  }

  #configureEngine(): void {
    this.#send({ type: 'configure', settings: this.#settings, epochMonotonicMs: this.#epochMonotonicMs })
  }

  /** False if there is no engine. */
  #send(request: EngineRequest): boolean {
    if (!this.#engine?.connected) return false
    // A failed write is followed by the engine's end, which is dealt with.
    this.#engine.send(request, () => {})
    return true
  }

  #take(event: EngineEvent): void {
    const { format } = this.#options
    if (event.type === 'packet') this.#takePacket(event.stream, event.packet)
    else if (event.type === 'format') format(event.stream, event.format)
    else if (event.type === 'snapshot') this.#snapshots.resolve(event.id, event.jpeg)
    else if (event.type === 'snapshot-failed') this.#snapshots.fail(event.id, event.message)
    else if (event.type === 'sighting') this.#options.sighting?.(event.sighting, event.atMonotonicMs)
    else if (event.type === 'source') this.#setState(event.state, event.detail)
  }

  /** Time stamps grow: after a restart, the head of a track may reach back behind what was sent already. */
  #takePacket(stream: StreamName, packet: Packet): void {
    const track = `${stream} ${packet.track}`
    if (packet.pts90k <= (this.#lastPts.get(track) ?? -1)) return
    this.#lastPts.set(track, packet.pts90k)
    this.#options.packet(stream, packet)
  }

  #setState(state: SourceState, detail: string): void {
    this.#state = state
    this.#options.source?.(state, detail)
  }
}
