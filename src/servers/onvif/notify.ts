/** Telling a subscriber (WS-BaseNotification §3): one POST to the address the subscriber asked from, and nowhere else. */
import { lookup } from 'node:dns/promises'
import { request } from 'node:http'
import { isIP } from 'node:net'
import { plainAddress } from '../../base/address.ts'
import { CameraError } from '../../base/errors.ts'
import { printEnvelope } from './envelope.ts'
import { invalid } from './fault.ts'
import type { Consumer } from './subscriptions.ts'
import { type Xml, xml } from './xml-writer.ts'

const LIMIT_MS = 5000
const MAX_URL = 1024

/** The consumer behind an address in a Subscribe of somebody at `subscriber`. Errors: Fault. */
export async function consumerAt(text: string | undefined, subscriber: string): Promise<Consumer> {
  const url = text === undefined || text.length > MAX_URL ? null : URL.parse(text)
  if (url === null || url.protocol !== 'http:' || url.username !== '' || url.password !== '') {
    throw invalid('ter:InvalidConsumer', 'the address of the consumer must be http://…')
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await addressesOf(host) : [host]
  if (!addresses.some((address) => plainAddress(address) === subscriber)) {
    throw invalid('ter:InvalidConsumer', 'the consumer must have the address of the subscriber')
  }
  return { url, address: subscriber }
}

/** Errors: CameraError `timeout`, `send-failed`. */
export function notify({ url, address }: Consumer, messages: readonly Xml[]): Promise<void> {
  const action = 'http://docs.oasis-open.org/wsn/bw-2/NotificationConsumer/Notify'
  const header = [xml('wsa:Action', action), xml('wsa:To', url.href)]
  const body = printEnvelope('1.2', xml('wsnt:Notify', messages), header)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: address,
        port: url.port || 80,
        path: url.pathname + url.search,
        method: 'POST',
        agent: false,
        timeout: LIMIT_MS,
        headers: {
          Host: url.host,
          'Content-Type': `application/soap+xml; charset=utf-8; action="${action}"`,
          'Content-Length': Buffer.byteLength(body),
        },
      },
      (response) => {
        const { statusCode = 0 } = response
        // What it says is of no interest, and not read.
        response.destroy()
        if (statusCode >= 200 && statusCode < 300) resolve()
        else reject(new CameraError('send-failed', `the subscriber answers with status ${statusCode}`))
      },
    )
    const late = setTimeout(() => outgoing.destroy(new CameraError('timeout', 'no answer in time')), LIMIT_MS)
    late.unref()
    outgoing.once('close', () => clearTimeout(late))
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch {
    return []
  }
}
