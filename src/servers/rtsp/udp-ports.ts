/** The UDP sockets of the server: a pair for each local address, shared by all sessions (docs/design/rtsp.md). */
import { createSocket, type Socket } from 'node:dgram'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { isReceiverReport } from '../../media/rtp/rtcp.ts'

/** A pair needs an even port and the next one, and somebody else may have that. */
const ATTEMPTS = 30
/** The kernel's queue: a key picture of a high rate fits. */
const SEND_BUFFER_BYTES = 1024 * 1024

/** RTP on an even port, RTCP on the next. */
export interface UdpPair {
  readonly rtpPort: number
  /** Sends a datagram; one that cannot be sent is lost, as UDP may lose any. */
  send(isRtcp: boolean, packet: Uint8Array, port: number, address: string): void
  /** Calls `listener` for each receiver report from there. Returns a function that takes it back. */
  onReport(address: string, port: number, listener: () => void): () => void
}

export class UdpPorts {
  readonly #log: Log
  readonly #pairs = new Map<string, Promise<UdpPair>>()

  constructor(log: Log) {
    this.#log = log
  }

  /** Errors: CameraError `open-failed`. */
  async pairFor(localAddress: string): Promise<UdpPair> {
    const known = this.#pairs.get(localAddress)
    if (known !== undefined) return await known
    const pair = this.#open(localAddress)
    this.#pairs.set(localAddress, pair)
    pair.catch(() => this.#pairs.delete(localAddress))
    return await pair
  }

  async #open(address: string): Promise<UdpPair> {
    let reason: unknown
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const rtp = await bound(0, address)
      const { port } = rtp.address()
      try {
        if (port % 2 === 0) return this.#pair(rtp, await bound(port + 1, address), port)
      } catch (error) {
        reason = error
      }
      rtp.close()
    }
    throw new CameraError('open-failed', `no pair of UDP ports is free: ${messageOf(reason)}`, reason)
  }

  #pair(rtp: Socket, rtcp: Socket, rtpPort: number): UdpPair {
    const listeners = new Map<string, () => void>()
    for (const socket of [rtp, rtcp]) {
      socket.unref()
      socket.setSendBufferSize(SEND_BUFFER_BYTES)
      socket.on('error', (error) => this.#log.debug({ reason: error.message }, 'RTSP over UDP'))
    }
    // Clients open the way through their router with a packet to each port: it says nothing.
    rtcp.on('message', (bytes, { address, port }) => {
      if (isReceiverReport(bytes)) listeners.get(`${address} ${port}`)?.()
    })
    return {
      rtpPort,
      send: (isRtcp, packet, port, address) => {
        const socket = isRtcp ? rtcp : rtp
        // With a callback an address that cannot be reached is no event of the socket.
        socket.send(packet, port, address, () => {})
      },
      onReport: (address, port, listener) => {
        const key = `${address} ${port}`
        listeners.set(key, listener)
        return () => {
          if (listeners.get(key) === listener) listeners.delete(key)
        }
      },
    }
  }
}

async function bound(port: number, address: string): Promise<Socket> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, address, () => {
      socket.off('error', reject)
      resolve()
    })
  })
  return socket
}
