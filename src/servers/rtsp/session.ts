/**
 * What a client has set up (RFC 2326 appendix A): the tracks of one presentation, and where they go. It belongs to
 * one connection.
 */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { plainAddress } from '../../base/address.ts'
import type { ViewerSocket } from '../../media/fan-out.ts'
import { TRACKS } from '../../media/rtp/sdp.ts'
import { type Channels, TRACK_NAMES, type TrackName } from './from-stream.ts'
import { SESSION_SECONDS } from './options.ts'
import type { PlayWish } from './play-wish.ts'
import type { Playing, PlayStart, Presentation } from './presentation.ts'
import { printResponse, Refusal, type Response } from './response.ts'
import { chooseTransport, type Transport } from './transport.ts'
import type { UdpPair, UdpPorts } from './udp-ports.ts'
import { type UdpTarget, UdpViewer } from './udp-viewer.ts'

interface SessionOptions {
  readonly presentation: Presentation
  /** Path of the presentation, as `parseRtspUrl` gives it. */
  readonly path: string
  /** Base of the tracks' addresses. */
  readonly base: string
  /** Where answers go, and the stream if it is interleaved. */
  readonly socket: Socket
  readonly mayUseUdp: boolean
  readonly udpPorts: UdpPorts
  /** A life sign came over UDP. */
  readonly alive: () => void
  /** The stream has come to its end. */
  readonly ended: () => void
}

export class Session {
  /** RFC 2326 §3.4 wants at least 8 characters; nobody guesses these 128 bits. */
  readonly id = randomBytes(16).toString('hex')
  readonly #options: SessionOptions
  readonly #tracks = new Map<TrackName, Transport>()
  /** By track; all of the same local address. */
  #pair: UdpPair | undefined
  #playing: Playing | undefined
  #udpViewer: UdpViewer | undefined
  #takeBack: (() => void)[] = []

  constructor(options: SessionOptions) {
    this.#options = options
  }

  get presentation(): Presentation {
    return this.#options.presentation
  }

  get path(): string {
    return this.#options.path
  }

  get isPlaying(): boolean {
    return this.#playing !== undefined
  }

  /** Over UDP nothing but life signs tell that somebody is there. */
  get isUdp(): boolean {
    return [...this.#tracks.values()].some(({ kind }) => kind === 'udp')
  }

  /** Value of the Session header (RFC 2326 §12.37). */
  get header(): readonly [string, string] {
    return ['Session', `${this.id};timeout=${SESSION_SECONDS}`]
  }

  /** Errors: Refusal. */
  async setUp(track: TrackName, offers: string): Promise<Response> {
    if (this.isPlaying) throw new Refusal(455)
    const { presentation, socket, mayUseUdp, udpPorts } = this.#options
    if (track === 'audio' && presentation.format.audio === undefined) throw new Refusal(404)
    const transport = chooseTransport(offers, {
      track,
      peerAddress: plainAddress(socket.remoteAddress),
      mayUseUdp,
      takenChannel: this.#channels()[track === 'video' ? 'audio' : 'video'],
    })
    const others = [...this.#tracks].filter(([name]) => name !== track)
    if (transport === undefined || others.some(([, { kind }]) => kind !== transport.kind))
      throw new Refusal(461)
    if (transport.kind === 'udp')
      this.#pair ??= await udpPorts.pairFor(plainAddress(socket.localAddress)).catch(() => {
        throw new Refusal(461)
      })
    this.#tracks.set(track, transport)
    const ssrc = presentation.ssrcOf(track).toString(16).padStart(8, '0').toUpperCase()
    const chosen = `${describe(transport, this.#pair)};ssrc=${ssrc};mode="PLAY"`
    return { status: 200, headers: [['Transport', chosen], this.header] }
  }

  /** Writes its answer itself, in front of the stream. Errors: Refusal, CameraError `session-limit`. */
  play(cseq: string | undefined, wish: PlayWish): void {
    const { presentation, socket } = this.#options
    if (this.#tracks.size === 0) throw new Refusal(455)
    const answer = (start: PlayStart): Buffer => printResponse(this.#playAnswer(start, wish), cseq)
    if (this.#playing !== undefined) {
      // A new PLAY seeks in recordings; a live stream goes on.
      if (wish.range === undefined || presentation.range.endsWith('now-')) {
        socket.write(printResponse({ status: 200, headers: [this.header] }, cseq))
        return
      }
      this.pause()
    }
    if (!this.isUdp) {
      this.#start(socket, wish, answer)
      return
    }
    const viewer = this.#openUdp()
    try {
      this.#start(viewer, wish, (start) => {
        socket.write(answer(start))
        return new Uint8Array()
      })
    } catch (error) {
      this.pause()
      throw error
    }
  }

  #start(viewer: ViewerSocket, wish: PlayWish, answer: (start: PlayStart) => Uint8Array): void {
    const { presentation, ended } = this.#options
    const playing = presentation.play(viewer, this.#channels(), wish, answer, () => {
      // Another PLAY may have taken its place.
      if (this.#playing !== playing) return
      this.pause()
      ended()
    })
    this.#playing = playing
  }

  pause(): void {
    this.#playing?.stop()
    this.#playing = undefined
    this.#udpViewer?.destroy()
    this.#udpViewer = undefined
    for (const takeBack of this.#takeBack.splice(0)) takeBack()
  }

  /** The camera ends it: the client is told (RFC 3550 §6.6). */
  sayGoodbye(): void {
    const bytes = this.#playing?.goodbye()
    if (bytes === undefined) return
    const viewer: ViewerSocket = this.#udpViewer ?? this.#options.socket
    viewer.write(bytes)
  }

  close(): void {
    this.pause()
    this.#options.presentation.close()
  }

  #playAnswer({ range, starts }: PlayStart, { asksScale }: PlayWish): Response {
    const { base } = this.#options
    const infos = [...this.#tracks.keys()].map((track) => {
      const url = `url=${base}${TRACKS[track].control}`
      const start = starts.find((one) => one.track === track)
      return start === undefined ? url : `${url};seq=${start.sequence};rtptime=${start.timestamp}`
    })
    const scale = asksScale ? [['Scale', '1.0'] as const] : []
    return { status: 200, headers: [['Range', range], ...scale, ['RTP-Info', infos.join(',')], this.header] }
  }

  /** UDP viewers get the same bytes as those who choose our own channels. */
  #channels(): Channels {
    const own = { video: 0, audio: 2 }
    const chosen = TRACK_NAMES.flatMap((track) => {
      const transport = this.#tracks.get(track)
      if (transport === undefined) return []
      return [[track, transport.kind === 'tcp' ? transport.channel : own[track]] as const]
    })
    return Object.fromEntries(chosen)
  }

  #openUdp(): UdpViewer {
    const { socket, alive } = this.#options
    const pair = this.#pair!
    const address = plainAddress(socket.remoteAddress)
    const targets = new Map<number, UdpTarget>()
    for (const [track, transport] of this.#tracks) {
      if (transport.kind !== 'udp') continue
      const { rtpPort, rtcpPort } = transport
      targets.set(this.#channels()[track]!, { ports: [rtpPort, rtcpPort], pair, address })
      this.#takeBack.push(pair.onReport(address, rtcpPort, alive))
    }
    this.#udpViewer = new UdpViewer(targets)
    return this.#udpViewer
  }
}

function describe(transport: Transport, pair: UdpPair | undefined): string {
  if (transport.kind === 'tcp') {
    return `RTP/AVP/TCP;unicast;interleaved=${transport.channel}-${transport.channel + 1}`
  }
  const { rtpPort, rtcpPort } = transport
  const server = pair!.rtpPort
  return `RTP/AVP;unicast;client_port=${rtpPort}-${rtcpPort};server_port=${server}-${server + 1}`
}
