/**
 * The radio parts of a virtual camera: an adapter that sees the same few networks everywhere, and a modem that any access
 * point answers. They are nothing but their state, told in the log (docs/design/network.md).
 */
import { CameraError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { LogEvent } from '../../system/log-event.ts'
import type { MobileAccess, MobilePort, WifiAccess, WifiNetwork, WifiPort } from '../ports.ts'

/** `password` is undefined for an open network, null for one that nobody here has the password of. */
export interface VirtualNetwork {
  readonly ssid: string
  readonly password: string | undefined | null
  readonly signalDbm: number
}

/** No secrets: the networks exist nowhere. */
export const VIRTUAL_NETWORKS: readonly VirtualNetwork[] = [
  { ssid: 'Vedette', password: 'vedette-wifi', signalDbm: -38 },
  { ssid: 'Vedette Guests', password: undefined, signalDbm: -47 },
  { ssid: 'Next Door', password: null, signalDbm: -72 },
]

type Note = (event: LogEvent) => void

export class VirtualWifi implements WifiPort {
  readonly #networks: readonly VirtualNetwork[]
  readonly #note: Note
  #joined: string | undefined
  #wanted: WifiAccess = { ssid: '', password: '' }

  constructor(note: Note, networks = VIRTUAL_NETWORKS) {
    this.#note = note
    this.#networks = networks
  }

  /** Whether the camera is in a network. */
  get isJoined(): boolean {
    return this.#joined !== undefined
  }

  configure(access: WifiAccess): void {
    const { ssid, password } = this.#wanted
    if (access.ssid === ssid && access.password === password) return
    this.#wanted = access
    const fault = this.#faultOf(access)
    const left = this.#joined
    this.#joined = fault === undefined && access.ssid !== '' ? access.ssid : undefined
    if (fault !== undefined) this.#note({ type: 'network', detail: `Wi-Fi: ${fault}` })
    else if (this.#joined !== undefined) {
      this.#note({ type: 'network', detail: `Wi-Fi: joined ${this.#joined} (virtual)` })
    } else if (left !== undefined) this.#note({ type: 'network', detail: `Wi-Fi: left ${left} (virtual)` })
  }

  async scan(): Promise<readonly WifiNetwork[]> {
    return this.#networks.map(({ ssid, signalDbm, password }) => {
      return { ssid, signalDbm, isEncrypted: password !== undefined }
    })
  }

  async test(access: WifiAccess): Promise<void> {
    const fault = this.#faultOf(access)
    if (fault !== undefined) throw new CameraError('connect-failed', fault)
  }

  #faultOf({ ssid, password }: WifiAccess): string | undefined {
    if (ssid === '') return undefined
    const network = this.#networks.find((one) => one.ssid === ssid)
    if (network === undefined) return `${ssid} is not in reach`
    return network.password === undefined || network.password === password
      ? undefined
      : `${ssid} does not take the password`
  }
}

export class VirtualModem implements MobilePort {
  readonly #note: Note
  readonly #log: Log
  #dialled: string | undefined

  constructor(note: Note, log: Log) {
    this.#note = note
    this.#log = log
  }

  /** The access point it is connected to. */
  get dialled(): string | undefined {
    return this.#dialled
  }

  configure({ isAutomatic, apn }: MobileAccess): void {
    const wanted = isAutomatic ? 'the access point of the operator' : apn || undefined
    if (wanted === this.#dialled) return
    this.#dialled = wanted
    this.#log.info({ apn: wanted }, 'virtual modem')
    const detail = wanted === undefined ? 'hung up' : `connected to ${wanted}`
    this.#note({ type: 'network', detail: `mobile network: ${detail} (virtual)` })
  }
}
