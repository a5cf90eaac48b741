/** One channel as the rest of the camera knows it: three live streams in front of one engine. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { STREAM_NAMES, type StreamName } from '../media/packet.ts'
import { Stream } from '../media/stream.ts'
import { Channel } from './channel.ts'
import type { SnapshotWish } from './pending-snapshots.ts'
import type { EngineSettings, Sighting, SourceState } from './protocol.ts'

/** How long an announced viewer may take to arrive. */
const EXPECTED_MS = 60_000

interface LiveChannelOptions {
  /** What the engine shall do before any change. */
  readonly settings: EngineSettings
  readonly clock: Clock
  readonly log: Log
  /** Is told how the channel fares. */
  readonly watcher?: {
    source(state: SourceState, detail: string): void
    crashed(how: string): void
    sighting?(sighting: Sighting, atMonotonicMs: number): void
  }
}

export class LiveChannel {
  readonly #streams: ReadonlyMap<StreamName, Stream>
  readonly #channel: Channel
  readonly #expected = new Map<string, () => void>()
  readonly #snapshots = new Map<string, Promise<Uint8Array>>()
  #settings: EngineSettings

  /** Errors: CameraError `bad-value` if the settings name an impossible source. */
  constructor({ settings, clock, log, watcher }: LiveChannelOptions) {
    this.#settings = settings
    this.#channel = new Channel({
      clock,
      log,
      settings,
      packet: (name, packet) => this.stream(name).write(packet),
      format: (name, format) => this.stream(name).setFormat(format),
      source: (state, detail) => {
        log.info({ state, ...(detail === '' ? {} : { detail }) }, 'source')
        watcher?.source(state, detail)
      },
      crashed: (how) => watcher?.crashed(how),
      sighting: (sighting, atMs) => watcher?.sighting?.(sighting, atMs),
    })
    const stream = (name: StreamName) =>
      new Stream(
        name,
        {
          wanted: (wanted) => this.#setWanted(name, wanted),
          keyFrame: () => this.#channel.requestKeyFrame(name),
        },
        clock,
      )
    this.#streams = new Map(STREAM_NAMES.map((name) => [name, stream(name)]))
  }

  start(): void {
    this.#channel.start()
  }

  stop(): Promise<void> {
    for (const dismiss of this.#expected.values()) dismiss()
    return this.#channel.stop()
  }

  /** Process id of the engine, while there is one. */
  get enginePid(): number | undefined {
    return this.#channel.enginePid
  }

  /** Bytes of all streams since the start. */
  get encodedBytes(): number {
    let bytes = 0
    for (const stream of this.#streams.values()) bytes += stream.writtenBytes
    return bytes
  }

  stream(name: StreamName): Stream {
    return this.#streams.get(name)!
  }

  /** Changes what the engine shall do; what is left out stays. */
  configure(change: Partial<EngineSettings>): void {
    this.#settings = { ...this.#settings, ...change }
    this.#channel.configure(this.#settings)
  }

  /** The newest picture as JPEG; clients that ask for the same at the same time share one. Errors: CameraError. */
  snapshot(wanted: SnapshotWish): Promise<Uint8Array> {
    const key = JSON.stringify(wanted)
    const running = this.#snapshots.get(key)
    if (running !== undefined) return running
    const snapshot = this.#channel.snapshot(wanted).finally(() => this.#snapshots.delete(key))
    this.#snapshots.set(key, snapshot)
    return snapshot
  }

  /** Keeps a stream encoded for a minute, for a viewer of that user who is on the way. */
  expectViewer(user: string, name: StreamName): void {
    const key = `${name} ${user}`
    this.#expected.get(key)?.()
    const release = this.stream(name).hold()
    const timer = setTimeout(() => this.dismissViewer(user, name), EXPECTED_MS)
    timer.unref()
    this.#expected.set(key, () => {
      clearTimeout(timer)
      this.#expected.delete(key)
      release()
    })
  }

  /** Takes `expectViewer` back. */
  dismissViewer(user: string, name: StreamName): void {
    this.#expected.get(`${name} ${user}`)?.()
  }

  /** Main and sub are always encoded: viewers start at once and pictures can be recorded. Ext is made on demand. */
  #setWanted(name: StreamName, wanted: boolean): void {
    if (name !== 'ext') return
    this.configure({ active: { ...this.#settings.active, ext: wanted } })
  }
}
