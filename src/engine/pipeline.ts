/**
 * The engine's heart: one source, up to three video tracks, one sound track, and a timer that wakes when the
 * next of them is due. Everything here is synchronous; what the camera wishes is applied between two pictures.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Frame } from 'node-av/lib'
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import { offsetSecondsAt } from '../base/local-time.ts'
import { type Packet, STREAM_NAMES, type StreamName } from '../media/packet.ts'
import { FACTORY_IMAGE, FACTORY_ISP, FACTORY_STREAMS, WHITE_LAMP_OFF } from './factory-settings.ts'
import { lensOf, poseAt, WHOLE, WIDE, windowOf } from './head/motion.ts'
import { Light, lookOf } from './light/light.ts'
import { createNoSignal } from './picture/no-signal.ts'
import { formatClock } from './picture/osd-text.ts'
import type { Look, Picture, Rendition } from './picture/picture.ts'
import type { EngineEvent, EngineRequest, EngineSettings, IspSettings, SourceState } from './protocol.ts'
import { Snapshots } from './snapshot.ts'
import { SoundTrack } from './sound-track.ts'
import { openSource } from './source/open.ts'
import type { Source, SourceContext } from './source/source.ts'
import { VideoTrack } from './video-track.ts'
import { Watcher } from './watch/watcher.ts'

/** A new source has so long to deliver its first picture before NO SIGNAL is shown. */
const OPENING_MS = 500
const DAY_SECONDS = 86_400
/** Motion is looked for in the pictures of the sub stream, and between them if they come less often than that. */
const LOOK_INTERVAL_MS = 170

/** The words NO SIGNAL are meant to be read whatever is done to pictures. */
const UNTREATED = {
  window: windowOf(WIDE),
  screen: FACTORY_STREAMS.main,
  crop: WHOLE,
  lens: lensOf(WIDE),
  look: lookOf(
    { image: FACTORY_IMAGE, isp: FACTORY_ISP, lamp: 'Off', whiteLamp: WHITE_LAMP_OFF, masks: [] },
    false,
  ),
  flickerGain: 1,
}

type Request<T extends EngineRequest['type']> = Extract<EngineRequest, { type: T }>

export class Pipeline {
  readonly #clock: Clock
  readonly #send: (event: EngineEvent) => void
  readonly #noSignal = createNoSignal()
  readonly #snapshots = new Snapshots()
  readonly #watcher = new Watcher((sighting, atMs) =>
    this.#send({ type: 'sighting', atMonotonicMs: this.#epochMs + atMs, sighting }),
  )
  #lastLookMs = 0
  readonly #tracks = new Map<StreamName, VideoTrack>()
  /** What was last sent as format of a stream, as text; packets of sound wait for theirs. */
  readonly #announced = new Map<StreamName, { readonly text: string; readonly hasSound: boolean }>()
  #settings: EngineSettings | undefined
  #epochMs = 0
  readonly #light = new Light()
  /** What the source leaves to be done to its pictures. */
  #isp: IspSettings = FACTORY_ISP
  #look: Look | undefined
  #source: Source | undefined
  #sourceState = ''
  /** Pictures are held back until then, while a new source opens. */
  #holdUntilMs = 0
  #sound: SoundTrack | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock, send: (event: EngineEvent) => void) {
    this.#clock = clock
    this.#send = send
  }

  /** Takes over the whole wish and changes only what differs from the one before. */
  configure({ settings, epochMonotonicMs }: Request<'configure'>): void {
    const old = this.#settings
    this.#settings = settings
    this.#epochMs = epochMonotonicMs
    if (settings.source !== old?.source) this.#openSource(settings.source)
    if (settings.audio !== (this.#sound !== undefined)) this.#switchSound(settings.audio)
    if (this.#sound !== undefined) this.#sound.siren = settings.siren
    this.#lookAgain()
    for (const name of STREAM_NAMES) this.#configureTrack(name, settings)
    // A viewer who comes now must not begin with a picture from before the masks.
    if (!isDeepStrictEqual(settings.masks, old?.masks))
      for (const track of this.#tracks.values()) track.requestKey()
    this.#arm()
  }

  requestKey(stream: StreamName): void {
    this.#tracks.get(stream)?.requestKey()
  }

  /** Answers with the picture of this moment, whether the stream is encoded or not. */
  snapshot({ id, stream, width, height }: Request<'snapshot'>): void {
    try {
      const settings = this.#settings
      if (!settings) throw new Error('the engine is not configured yet')
      const own = settings.streams[stream]
      const size = {
        width: width ?? (height === undefined ? own.width : (height * own.width) / own.height),
        height: height ?? (width === undefined ? own.height : (width * own.height) / own.width),
      }
      const atMs = this.#now()
      const jpeg = this.#draw(stream, atMs, (picture, rendition) =>
        this.#snapshots.take(picture, rendition, size),
      )
      this.#send({ type: 'snapshot', id, jpeg })
    } catch (error) {
      this.#send({ type: 'snapshot-failed', id, message: messageOf(error) })
    }
  }

  #configureTrack(name: StreamName, { streams, active }: EngineSettings): void {
    const track = this.#tracks.get(name)
    if (track && active[name]) track.configure(streams[name], this.#now())
    else if (track) {
      track.close()
      this.#tracks.delete(name)
      this.#announced.delete(name)
    } else if (active[name]) {
      this.#tracks.set(name, new VideoTrack(name, streams[name], this.#now()))
    }
  }

  #openSource(text: string): void {
    this.#source?.close()
    this.#source = undefined
    this.#light.forget()
    this.#watcher.forget()
    this.#holdUntilMs = this.#now() + OPENING_MS
    const context: SourceContext = {
      now: () => this.#now(),
      localSeconds: (atMs) => {
        const wallMs = this.#wallAt(atMs)
        const localSeconds = wallMs / 1000 + offsetSecondsAt(this.#settings!.clock.zone, wallMs)
        return localSeconds - Math.floor(localSeconds / DAY_SECONDS) * DAY_SECONDS
      },
      report: (state, detail) => this.#reportSource(state, detail),
      adjusted: () => this.#lookAgain(),
    }
    try {
      this.#source = openSource(text, context)
      this.#source.listen(this.#sound !== undefined)
    } catch (error) {
      this.#reportSource('lost', messageOf(error))
    }
  }

  #reportSource(state: SourceState, detail: string): void {
    const text = `${state} ${detail}`
    if (text === this.#sourceState) return
    this.#sourceState = text
    if (state !== 'connecting') this.#holdUntilMs = 0
    this.#send({ type: 'source', state, detail })
  }

  /** A new format needs a key picture of every stream. */
  #switchSound(wanted: boolean): void {
    this.#sound?.close()
    this.#sound = wanted ? new SoundTrack(this.#now()) : undefined
    this.#source?.listen(wanted)
    for (const track of this.#tracks.values()) track.requestKey()
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const due = [...this.#tracks.values(), ...(this.#sound ? [this.#sound] : [])].map((track) => track.dueMs)
    if (due.length === 0) return
    if (this.#tracks.has('sub')) due.push(this.#lastLookMs + LOOK_INTERVAL_MS)
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, Math.min(...due) - this.#now()))
  }

  #tick(): void {
    for (const [name, track] of this.#tracks) this.#produce(name, track)
    this.#lookBetween()
    const sound = this.#sound?.encode(this.#source, this.#now()) ?? []
    for (const { data, pts90k } of sound) {
      for (const [name, { hasSound }] of this.#announced) {
        if (hasSound) this.#sendPacket(name, { track: 'audio', data, pts90k, isKey: false })
      }
    }
    this.#arm()
  }

  #produce(name: StreamName, track: VideoTrack): void {
    const now = this.#now()
    const due = track.take(now)
    if (!due || now < this.#holdUntilMs) return
    const frame =
      name === 'sub'
        ? this.#drawAndLook(track, due.atMs)
        : this.#draw(name, due.atMs, (picture, rendition) => track.draw(picture, rendition))
    for (const { data, pts90k, isKey, format } of track.encode(frame, due.pts90k)) {
      if (format) this.#announce(name, { video: format, audio: this.#sound?.format })
      this.#sendPacket(name, { track: 'video', data, pts90k, isKey })
    }
  }

  /** A sub stream may have too few pictures to see everything that moves. */
  #lookBetween(): void {
    const now = this.#now()
    const track = this.#tracks.get('sub')
    if (track === undefined || now < this.#lastLookMs + LOOK_INTERVAL_MS) return
    if (now < this.#holdUntilMs) this.#lastLookMs = now
    else this.#drawAndLook(track, now)
  }

  #drawAndLook(sub: VideoTrack, atMs: number): Frame {
    this.#lastLookMs = atMs
    return this.#draw('sub', atMs, (picture, rendition) => {
      const frame = sub.draw(picture, rendition)
      if (picture === this.#noSignal) this.#watcher.forget()
      else this.#watcher.look({ picture, rendition, treated: sub.treated }, atMs)
      return frame
    })
  }

  #announce(name: StreamName, format: Extract<EngineEvent, { type: 'format' }>['format']): void {
    const text = JSON.stringify(format)
    if (this.#announced.get(name)?.text === text) return
    this.#announced.set(name, { text, hasSound: format.audio !== undefined })
    this.#send({ type: 'format', stream: name, format })
  }

  #sendPacket(stream: StreamName, packet: Omit<Packet, 'dts90k' | 'wallMs'>): void {
    const { pts90k } = packet
    const wallMs = Math.round(this.#wallAt(pts90k / 90))
    this.#send({ type: 'packet', stream, packet: { ...packet, dts90k: pts90k, wallMs } })
  }

  /** Uses the source's picture, or the one for no signal if there is none or FFmpeg cannot convert it. */
  #draw<T>(stream: StreamName, atMs: number, use: (picture: Picture, rendition: Rendition) => T): T {
    const picture = this.#source?.picture(atMs)
    if (picture) {
      try {
        return use(picture, this.#renditionOf(picture, stream, atMs))
      } catch (error) {
        this.#source?.reject(`its pictures cannot be used: ${messageOf(error)}`)
      }
    }
    return use(this.#noSignal, { ...UNTREATED, overlay: this.#overlayAt(atMs) })
  }

  #renditionOf(picture: Picture, stream: StreamName, atMs: number): Rendition {
    const settings = this.#settings!
    if (this.#light.look(picture, atMs) || this.#look === undefined) this.#lookAgain()
    const pose = poseAt(settings.head, this.#epochMs + atMs)
    return {
      window: windowOf(pose, settings.isp),
      screen: settings.streams.main,
      lens: lensOf(pose),
      crop: stream === 'main' ? settings.crop : WHOLE,
      look: this.#look!,
      flickerGain: this.#flickerGain(picture, atMs),
      overlay: this.#overlayAt(atMs),
    }
  }

  #lookAgain(): void {
    const settings = this.#settings!
    this.#isp = this.#source?.adjust(settings.isp) ?? settings.isp
    this.#look = lookOf({ ...settings, isp: this.#isp }, this.#light.isNight)
  }

  #flickerGain(picture: Picture, atMs: number): number {
    const { antiFlicker } = this.#isp
    if (antiFlicker === '50HZ' || antiFlicker === '60HZ') return this.#light.flickerGain(picture, atMs)
    this.#light.rest()
    return 1
  }

  #overlayAt(atMs: number): Rendition['overlay'] {
    const { clock, osd } = this.#settings!
    return { settings: osd, time: formatClock(this.#wallAt(atMs), clock) }
  }

  /** Milliseconds of the channel's timeline. */
  #now(): number {
    return this.#clock.monotonicMs() - this.#epochMs
  }

  /** The camera's wall clock at a time of the timeline. */
  #wallAt(atMs: number): number {
    const { wallMs, monotonicMs } = this.#settings!.clock
    return wallMs + this.#epochMs + atMs - monotonicMs
  }
}
