/** The network chapter as commands see it; the parts are made in `src/camera/network.ts`. */
import type { Ddns } from './ddns/ddns.ts'
import type { TimeSync } from './ntp/time-sync.ts'
import type { PortMappings } from './upnp/port-mappings.ts'

/** How the interface gets its address. */
export interface LinkPlan {
  readonly isDhcp: boolean
  /** Count without DHCP. */
  readonly ip: string
  readonly mask: string
  /** '' for none. */
  readonly gateway: string
  /** Name servers to be used; undefined leaves them to DHCP. */
  readonly dns: readonly string[] | undefined
}

/** How the interface is. IPv4 addresses; '' for what there is none of. */
export interface LinkState {
  readonly isWireless: boolean
  /** As the host has set it up, where the camera never has. */
  readonly isDhcp?: boolean | undefined
  /** `EC:71:DB:2F:A7:93` */
  readonly mac: string
  readonly ip: string
  readonly mask: string
  readonly gateway: string
  readonly dns: readonly string[]
}

/** The interface of the camera. */
export interface LinkPort {
  /** Errors: CameraError `set-failed`, `not-supported`; the interface is as it was then. */
  apply(plan: LinkPlan): Promise<void> | void
  /** Errors: CameraError `get-failed`. */
  state(): Promise<LinkState> | LinkState
  /** Somebody who may use the camera has come over a connection to this address of ours. */
  confirm?(localAddress: string | undefined): void
}

export interface WifiAccess {
  /** '' for no network. */
  readonly ssid: string
  /** '' for an open network. */
  readonly password: string
}

/** A network in reach. */
export interface WifiNetwork {
  readonly ssid: string
  readonly signalDbm: number
  readonly isEncrypted: boolean
}

export interface WifiPort {
  /** Joins the network as soon as it is in reach; what comes of it is told in the log. */
  configure(access: WifiAccess): void
  /** Errors: CameraError `get-failed`. */
  scan(): Promise<readonly WifiNetwork[]>
  /** Resolves if the network can be joined; the former one is in use afterwards. Errors: CameraError `connect-failed`. */
  test(access: WifiAccess): Promise<void>
}

export interface MobileAccess {
  /** The operator's own access point. */
  readonly isAutomatic: boolean
  readonly apn: string
  readonly userName: string
  readonly password: string
  readonly phone: string
}

export interface MobilePort {
  /** Dials as soon as there is an access point to dial; what comes of it is told in the log. */
  configure(access: MobileAccess): void
}

/** Being found on the local network. */
export interface DiscoveryPort {
  /** 16 characters, for good. */
  readonly uid: string
  announce(isOn: boolean): void
}

export interface NetworkParts {
  readonly timeSync: Pick<TimeSync, 'configure' | 'syncNow'>
  readonly ddns: Pick<Ddns, 'configure'>
  readonly portMappings: Pick<PortMappings, 'configure'>
  readonly link: LinkPort
  /** Undefined where the machine has no adapter. */
  readonly wifi: WifiPort | undefined
  /** Undefined where the machine has no modem. */
  readonly mobile: MobilePort | undefined
  readonly discovery: DiscoveryPort
}
