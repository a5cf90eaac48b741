/**
 * Plays one live stream in a video element and keeps it playing: HTTP-FLV through mpegts.js, close to the
 * live edge, connected again after every kind of failure.
 */
import mpegts from 'mpegts.js'
import { ApiError, type Session, type StreamName } from '../api.ts'

export type LiveState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live'; readonly hasAudio: boolean; readonly width: number; readonly height: number }
  | { readonly phase: 'waiting' }
  | { readonly phase: 'unsupported' }

const MAX_WAIT_MS = 8000
/** A picture that stands still for so long counts as lost. */
const STALL_MS = 6000
const CHECK_MS = 1000

const SOURCE: mpegts.MediaDataSource = { type: 'flv', isLive: true }
const CONFIG: mpegts.Config = {
  enableWorker: false,
  // Every packet goes to the decoder at once.
  enableStashBuffer: false,
  lazyLoad: false,
  // A small delay is made up by playing faster, a large one (a page that was hidden) by a jump.
  liveSync: true,
  liveSyncMaxLatency: 1,
  liveSyncTargetLatency: 0.4,
  liveBufferLatencyChasing: true,
  liveBufferLatencyMaxLatency: 4,
  liveBufferLatencyMinRemain: 0.4,
  // A page stays open for days: keep half a minute at most.
  autoCleanupSourceBuffer: true,
  autoCleanupMaxBackwardDuration: 30,
  autoCleanupMinBackwardDuration: 10,
  referrerPolicy: 'no-referrer',
}

// Its log lines hold the URL and with it the token.
mpegts.LoggingControl.enableAll = false

export class LiveConnection {
  readonly #video: HTMLVideoElement
  readonly #session: Session
  readonly #stream: StreamName
  readonly #onState: (state: LiveState) => void
  readonly #onSessionEnd: (reason: string) => void
  readonly #closing = new AbortController()
  #player: mpegts.Player | undefined
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #positionSeconds = 0
  #movedAtMs = 0

  constructor(
    video: HTMLVideoElement,
    session: Session,
    stream: StreamName,
    on: { state: (state: LiveState) => void; sessionEnd: (reason: string) => void },
  ) {
    this.#video = video
    this.#session = session
    this.#stream = stream
    this.#onState = on.state
    this.#onSessionEnd = on.sessionEnd
    const { signal } = this.#closing
    video.addEventListener('playing', () => this.#playing(), { signal })
    const check = setInterval(() => this.#checkProgress(), CHECK_MS)
    signal.addEventListener('abort', () => clearInterval(check))
    if (mpegts.getFeatureList().mseLivePlayback) this.#connect()
    else this.#onState({ phase: 'unsupported' })
  }

  close(): void {
    this.#closing.abort()
    clearTimeout(this.#retryTimer)
    this.#disconnect()
  }

  #connect(): void {
    this.#onState({ phase: 'connecting' })
    this.#movedAtMs = performance.now()
    const player = mpegts.createPlayer({ ...SOURCE, url: this.#session.streamUrl(this.#stream) }, CONFIG)
    this.#player = player
    player.on(mpegts.Events.ERROR, () => this.#retryLater(player))
    player.on(mpegts.Events.LOADING_COMPLETE, () => this.#retryLater(player))
    player.attachMediaElement(this.#video)
    player.load()
    this.#play()
  }

  #disconnect(): void {
    const player = this.#player
    this.#player = undefined
    player?.destroy()
  }

  #play(): void {
    // Refused while nothing is loaded, and with sound before the first click: muted is always allowed.
    this.#video.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#video.muted = true
    })
  }

  #playing(): void {
    this.#failures = 0
    const { videoWidth, videoHeight } = this.#video
    const hasAudio =
      this.#player?.mediaInfo !== undefined &&
      'hasAudio' in this.#player.mediaInfo &&
      this.#player.mediaInfo.hasAudio === true
    this.#onState({ phase: 'live', hasAudio, width: videoWidth, height: videoHeight })
  }

  #retryLater(player: mpegts.Player | undefined): void {
    if (player !== this.#player) return
    this.#disconnect()
    this.#onState({ phase: 'waiting' })
    const waitMs = Math.min(500 * 2 ** this.#failures, MAX_WAIT_MS)
    this.#failures += 1
    this.#retryTimer = setTimeout(() => this.#retry(), waitMs)
  }

  /** Asks first whether the session still lives, because a refused stream does not say why. */
  async #retry(): Promise<void> {
    try {
      await this.#session.call('HeartBeat')
    } catch (error) {
      if (this.#closing.signal.aborted) return
      if (error instanceof ApiError && error.isSessionEnd) this.#onSessionEnd(error.message)
      else this.#retryLater(undefined)
      return
    }
    if (!this.#closing.signal.aborted) this.#connect()
  }

  #checkProgress(): void {
    const nowMs = performance.now()
    const { currentTime, paused } = this.#video
    if (currentTime !== this.#positionSeconds || document.hidden || !this.#player) {
      this.#positionSeconds = currentTime
      this.#movedAtMs = nowMs
    } else if (nowMs - this.#movedAtMs > STALL_MS) this.#retryLater(this.#player)
    else if (paused) this.#play()
  }
}
