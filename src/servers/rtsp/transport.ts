/** The Transport header (RFC 2326 §12.39): what clients offer, and what is chosen of it. Pure. */
import { plainAddress } from '../../base/address.ts'
import type { TrackName } from './from-stream.ts'

/** Channels that a client may choose; every choice costs a framing of its own. */
const MAX_CHANNEL = 6
/** Ports that belong to services of the system. */
const FIRST_FREE_PORT = 1024
/** Ours, for clients that ask for no channels, or for others than they may. */
const OWN_CHANNEL: Readonly<Record<TrackName, number>> = { video: 0, audio: 2 }

export type Transport =
  | { readonly kind: 'tcp'; readonly channel: number }
  | { readonly kind: 'udp'; readonly rtpPort: number; readonly rtcpPort: number }

interface Circumstances {
  readonly track: TrackName
  /** Of the RTSP connection: the only place where datagrams may go. */
  readonly peerAddress: string
  /** Not over TLS and through tunnels. */
  readonly mayUseUdp: boolean
  /** Already used by the other track. */
  readonly takenChannel: number | undefined
}

/** The first offer that can be served; undefined if none can. */
export function chooseTransport(header: string, circumstances: Circumstances): Transport | undefined {
  for (const offer of header.split(',').slice(0, 16)) {
    const transport = serve(offer.trim(), circumstances)
    if (transport !== undefined) return transport
  }
  return undefined
}

function serve(offer: string, circumstances: Circumstances): Transport | undefined {
  const [protocol = '', ...rest] = offer.split(';').map((part) => part.trim())
  const parameters = new Map(
    rest.map((part) => {
      const [name, ...value] = part.split('=')
      return [name!.trim().toLowerCase(), unquoted(value.join('=').trim())] as const
    }),
  )
  const mode = parameters.get('mode')
  if (parameters.has('multicast') || (mode !== undefined && mode.toLowerCase() !== 'play')) return undefined
  switch (protocol.toUpperCase()) {
    case 'RTP/AVP/TCP':
      return { kind: 'tcp', channel: channelOf(parameters.get('interleaved'), circumstances) }
    case 'RTP/AVP':
    case 'RTP/AVP/UDP':
      return udp(parameters, circumstances)
    default:
      return undefined
  }
}

function channelOf(wanted: string | undefined, { track, takenChannel }: Circumstances): number {
  const asked = /^(\d{1,3})(?:-\d{1,3})?$/.exec(wanted ?? '')?.[1]
  const channel = Number(asked)
  const isFree = channel <= MAX_CHANNEL && channel % 2 === 0 && channel !== takenChannel
  if (asked !== undefined && isFree) return channel
  const own = OWN_CHANNEL[track]
  return own === takenChannel ? own + 4 : own
}

function udp(
  parameters: ReadonlyMap<string, string>,
  { peerAddress, mayUseUdp }: Circumstances,
): Transport | undefined {
  const destination = parameters.get('destination')
  if (!mayUseUdp || (destination && plainAddress(destination) !== peerAddress)) return undefined
  const ports = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(parameters.get('client_port') ?? '')
  if (ports === null) return undefined
  const rtpPort = Number(ports[1])
  const rtcpPort = ports[2] === undefined ? rtpPort + 1 : Number(ports[2])
  const areSound = [rtpPort, rtcpPort].every((port) => port >= FIRST_FREE_PORT && port <= 65_535)
  return areSound && rtpPort !== rtcpPort ? { kind: 'udp', rtpPort, rtcpPort } : undefined
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}
