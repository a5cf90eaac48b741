/** Looking for the router: the search of SSDP (UPnP Device Architecture 2.0 §1.3.2). */
import { createSocket, type Socket } from 'node:dgram'
import { isIPv4 } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { outwardAddresses } from '../own-addresses.ts'

const GROUP = '239.255.255.250'
const PORT = 1900
/** Seconds in which a device answers. */
const MX = 2
const WAIT_MS = 3000
/** UDP gets lost. */
const REPEAT_MS = 500
const TARGETS = [2, 1].map((version) => `urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`)
const MAX_FOUND = 8

/**
 * Addresses of descriptions that gateways have told, each on the machine that told it; the first to answer first. Ends when the
 * wanted machine has answered.
 */
export async function findGateways(wanted: string | undefined, signal: AbortSignal): Promise<URL[]> {
  const found = new Map<string, URL>()
  const enough = new AbortController()
  const end = AbortSignal.any([signal, enough.signal])
  const tell = (location: URL) => {
    if (found.size < MAX_FOUND) found.set(location.href, location)
    if (location.hostname === wanted) enough.abort()
  }
  const sockets = await Promise.all(outwardAddresses().map((address) => search(address, tell)))
  await wait(WAIT_MS, undefined, { signal: end }).catch(() => undefined)
  for (const socket of sockets) socket.close()
  return [...found.values()]
}

async function search(address: string, tell: (location: URL) => void): Promise<Socket> {
  const socket = createSocket('udp4')
  // An interface that goes down ends its search and nothing else.
  socket.on('error', () => undefined)
  socket.on('message', (packet, { address: sender }) => {
    const location = locationIn(packet.toString('latin1'), sender)
    if (location !== undefined) tell(location)
  })
  const ask = () => {
    for (const target of TARGETS) {
      const lines = [
        'M-SEARCH * HTTP/1.1',
        `HOST: ${GROUP}:${PORT}`,
        'MAN: "ssdp:discover"',
        `MX: ${MX}`,
        `ST: ${target}`,
        '\r\n',
      ]
      try {
        socket.send(lines.join('\r\n'), PORT, GROUP, () => undefined)
      } catch {
        // It was closed in the meantime.
      }
    }
  }
  await new Promise<void>((resolve) => {
    socket.once('error', () => resolve())
    socket.bind(0, address, () => {
      try {
        socket.setMulticastInterface(address)
      } catch {
        // It has gone; nothing will answer.
      }
      ask()
      setTimeout(ask, REPEAT_MS).unref()
      resolve()
    })
  })
  return socket
}

/** Nobody can send us elsewhere: the description must lie on the machine that answers. */
export function locationIn(answer: string, sender: string): URL | undefined {
  if (!/^HTTP\/1\.[01] 200\b/.test(answer)) return undefined
  const isGateway = TARGETS.some((target) => answer.toLowerCase().includes(target.toLowerCase()))
  const header = /^location:[ \t]*(\S{1,500})[ \t]*\r?$/im.exec(answer)
  const url = header === null ? null : URL.parse(header[1]!)
  if (!isGateway || url === null || url.protocol !== 'http:') return undefined
  return isIPv4(url.hostname) && url.hostname === sender ? url : undefined
}
