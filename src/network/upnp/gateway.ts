/**
 * A router that forwards ports: services WANIPConnection:1 and :2 and WANPPPConnection:1 of an InternetGatewayDevice (UPnP
 * Forum, 2001 and 2010). Own code, because what npm has knows only version 2, or asks whatever address it is told.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { CameraError } from '../../base/errors.ts'
import { exchangeText } from '../../base/outgoing-request.ts'

const SERVICES = ['WANIPConnection:2', 'WANIPConnection:1', 'WANPPPConnection:1'].map(
  (name) => `urn:schemas-upnp-org:service:${name}`,
)
/** Error codes of AddPortMapping (WANIPConnection:2 §2.5.16). */
const CONFLICT = '718'
const ONLY_PERMANENT = '725'

interface PortMapping {
  /** Inside and outside. */
  readonly port: number
  readonly description: string
}

interface GatewayOptions {
  readonly allowLocalTargets: boolean
}

/** A router said no. `code` is that of UPnP. */
class Refusal extends CameraError {
  readonly code: string

  constructor(action: string, code: string) {
    super('set-failed', `the router refuses ${action} with error ${code}`)
    this.code = code
  }
}

export class Gateway {
  readonly #control: URL
  readonly #service: string
  readonly #options: GatewayOptions
  /** Our address on its side of the network. */
  readonly #ownAddress: string

  private constructor(control: URL, service: string, ownAddress: string, options: GatewayOptions) {
    this.#control = control
    this.#service = service
    this.#ownAddress = ownAddress
    this.#options = options
  }

  /** Reads the description. Errors: CameraError, also for a device that forwards nothing. */
  static async open(location: URL, options: GatewayOptions): Promise<Gateway> {
    const { status, text } = await exchangeText(location, options)
    const found = status === 200 ? controlIn(text, location) : undefined
    if (found === undefined) throw new CameraError('receive-failed', `${location.host} forwards no ports`)
    return new Gateway(found.url, found.service, await ownAddressTo(location.hostname), options)
  }

  get host(): string {
    return this.#control.hostname
  }

  /** The address of the network on the internet. Errors: CameraError. */
  async externalAddress(): Promise<string> {
    const answer = await this.#call('GetExternalIPAddress', [])
    return textOf(answer, 'NewExternalIPAddress') ?? ''
  }

  /** Seconds until it ends by itself; 0 for never. Errors: CameraError. */
  async map(mapping: PortMapping, leaseS: number): Promise<number> {
    try {
      await this.#add(mapping, leaseS)
      return leaseS
    } catch (error) {
      if (error instanceof Refusal && error.code === ONLY_PERMANENT) {
        await this.#add(mapping, 0)
        return 0
      }
      if (error instanceof Refusal && error.code === CONFLICT) {
        throw new CameraError('set-failed', `the router forwards port ${mapping.port} to another machine`)
      }
      throw error
    }
  }

  /** Errors: CameraError. */
  async unmap(port: number): Promise<void> {
    await this.#call('DeletePortMapping', [
      ['NewRemoteHost', ''],
      ['NewExternalPort', port],
      ['NewProtocol', 'TCP'],
    ])
  }

  async #add({ port, description }: PortMapping, leaseS: number): Promise<void> {
    await this.#call('AddPortMapping', [
      ['NewRemoteHost', ''],
      ['NewExternalPort', port],
      ['NewProtocol', 'TCP'],
      ['NewInternalPort', port],
      ['NewInternalClient', this.#ownAddress],
      ['NewEnabled', 1],
      ['NewPortMappingDescription', description],
      ['NewLeaseDuration', leaseS],
    ])
  }

  /** Values are ours: no text of others that would have to be escaped. */
  async #call(action: string, values: readonly (readonly [string, string | number])[]): Promise<string> {
    const inner = values.map(([name, value]) => `<${name}>${value}</${name}>`).join('')
    const body =
      '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
      's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">' +
      `<s:Body><u:${action} xmlns:u="${this.#service}">${inner}</u:${action}></s:Body></s:Envelope>`
    const { status, text } = await exchangeText(this.#control, {
      ...this.#options,
      body,
      headers: {
        'Content-Type': 'text/xml; charset="utf-8"',
        SOAPAction: `"${this.#service}#${action}"`,
      },
    })
    if (status !== 200) throw new Refusal(action, (textOf(text, 'errorCode') ?? `${status}`).slice(0, 6))
    return text
  }
}

/** Where the best service of a description is controlled; only on the machine that has told it. */
export function controlIn(
  description: string,
  location: URL,
): { readonly url: URL; readonly service: string } | undefined {
  const services = description.split(/<service>/i).slice(1)
  for (const service of SERVICES) {
    const found = services.find((one) => textOf(one, 'serviceType') === service)
    const path = found === undefined ? undefined : textOf(found, 'controlURL')
    const url = path === undefined ? null : URL.parse(path, location.href)
    if (url?.protocol === 'http:' && url.hostname === location.hostname) return { url, service }
  }
  return undefined
}

/** The text of the first element of that name. */
function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]{0,1000})</${name}>`, 'i').exec(xml)?.[1]?.trim()
}

/** The address by which this machine is known there. */
async function ownAddressTo(host: string): Promise<string> {
  const socket = createSocket('udp4')
  try {
    // Nothing is sent: connecting a UDP socket only looks for the way.
    socket.connect(9, host)
    await once(socket, 'connect')
    return socket.address().address
  } finally {
    socket.close()
  }
}
