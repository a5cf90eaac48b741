/** The network side of the camera, composed (docs/design/network.md). */
import type { AbilityKey } from '../api/ability.ts'
import { localLink } from '../api/commands/network/LocalLink.ts'
import type { DeviceIdentity } from '../api/parts.ts'
import type { Settings } from '../api/settings.ts'
import type { Clock } from '../base/clock.ts'
import type { Part } from '../base/lifecycle.ts'
import type { Log } from '../base/log.ts'
import { systemTimers } from '../base/timers.ts'
import type { Config } from '../config/schema.ts'
import { Ddns } from '../network/ddns/ddns.ts'
import { ADDRESS_URLS, type DdnsAccount, update } from '../network/ddns/dyndns2.ts'
import { Discovery, uidOf } from '../network/discovery.ts'
import { HostLink, interfaceOf } from '../network/link/host.ts'
import { IpDriver } from '../network/link/ip.ts'
import { NetworkManagerDriver } from '../network/link/network-manager.ts'
import { VirtualLink } from '../network/link/virtual.ts'
import { query } from '../network/ntp/query.ts'
import { TimeSync } from '../network/ntp/time-sync.ts'
import { OwnAddresses } from '../network/own-addresses.ts'
import type { NetworkParts } from '../network/ports.ts'
import { askForAddress, isPublic } from '../network/public-address.ts'
import { findRouter } from '../network/upnp/find-router.ts'
import { PortMappings } from '../network/upnp/port-mappings.ts'
import { findModem, HostModem } from '../network/wireless/modem-manager.ts'
import { findAdapter, HostWifi } from '../network/wireless/network-manager.ts'
import { VirtualModem, VirtualWifi } from '../network/wireless/virtual.ts'
import type { ServicePorts } from '../servers/service-ports.ts'
import type { SettingsStore } from '../store/settings.ts'
import type { DeviceClock } from '../system/device-clock.ts'
import type { LogEvent } from '../system/log-event.ts'

interface NetworkOptions {
  readonly config: Config
  readonly device: DeviceIdentity
  /** The host's: the time of what others were told must not jump with the camera's. */
  readonly clock: Clock
  readonly memory: SettingsStore
  readonly settings: Settings
  readonly deviceClock: DeviceClock
  readonly servicePorts: ServicePorts
  /** The services are there for other machines. */
  readonly isOpen: () => boolean
  readonly note: (event: LogEvent) => void
  readonly log: Log
}

export interface CameraNetwork {
  readonly parts: NetworkParts
  /** What this machine lacks. */
  readonly absent: readonly AbilityKey[]
  /** Started after the servers. */
  readonly list: readonly Part[]
}

export async function createNetwork(options: NetworkOptions): Promise<CameraNetwork> {
  const { config, device, clock, memory, deviceClock, servicePorts, isOpen, note } = options
  const log = options.log.child({ part: 'network' })
  const allowLocalTargets = config.allowLocalTargets === 'yes'
  const timeSync = new TimeSync({
    clock: deviceClock,
    ask: (server) => query(server, { clock: deviceClock, allowLocalTargets }),
    timers: systemTimers,
    random: Math.random,
    note,
    log,
  })
  const services = () => (isOpen() ? servicesOf(servicePorts) : [])
  const { link, wifi, mobile, absent } = await hardwareOf(options, log)
  const discovery = new Discovery({
    uid: uidOf(device.serial),
    model: device.model,
    services,
    log,
  })
  const portMappings = new PortMappings({
    findRouter: (signal) => findRouter(allowLocalTargets, signal),
    services,
    memory,
    timers: systemTimers,
    note,
    log,
  })
  const publicAddress = async ({ type }: DdnsAccount) => {
    const told = config.publicAddressUrl === undefined ? await addressOfRouter(portMappings) : undefined
    if (told !== undefined && isPublic(told)) return told
    return await askForAddress(config.publicAddressUrl ?? ADDRESS_URLS[type], { allowLocalTargets })
  }
  const userAgent = `Vedette - Camera - ${device.firmwareVersion}`
  const ddns = new Ddns({
    publicAddress,
    update: (account, address) =>
      update(account, address, { url: config.ddnsUrl, userAgent, allowLocalTargets }),
    memory,
    clock,
    timers: systemTimers,
    note,
    log,
  })
  servicePorts.onChange(() => {
    discovery.update()
    portMappings.update()
  })
  const addresses = new OwnAddresses(() => {
    discovery.update()
    portMappings.readdress()
  })
  return {
    absent,
    parts: { timeSync, ddns, portMappings, link, wifi, mobile, discovery },
    list: [
      ...(link instanceof HostLink
        ? [{ name: 'link', start: () => link.start(), stop: () => link.stop() }]
        : []),
      { name: 'time sync', start: () => timeSync.start(), stop: () => timeSync.stop() },
      { name: 'discovery', start: () => discovery.start(), stop: () => discovery.stop() },
      { name: 'port mappings', start: () => portMappings.start(), stop: () => portMappings.stop() },
      { name: 'own addresses', start: () => addresses.start(), stop: () => addresses.stop() },
      { name: 'ddns', start: () => ddns.start(), stop: () => ddns.stop() },
    ],
  }
}

type Hardware = Pick<NetworkParts, 'link' | 'wifi' | 'mobile'> & Pick<CameraNetwork, 'absent'>

/** Interface, adapter and modem: the host's, as far as it has them, or virtual ones. */
async function hardwareOf(options: NetworkOptions, log: Log): Promise<Hardware> {
  const { config, device, memory, note, settings } = options
  if (config.hardware === 'virtual') {
    const wifi = new VirtualWifi(note)
    const link = new VirtualLink(device.serial, () => wifi.isJoined)
    return { link, wifi, mobile: new VirtualModem(note, log), absent: [] }
  }
  const adapter = await findAdapter()
  const wifi = adapter === undefined ? undefined : new HostWifi({ adapter, timers: systemTimers, note })
  const modem = await findModem()
  const mobile = modem === undefined ? undefined : new HostModem({ modem, timers: systemTimers, note })
  const radio = { wifi, mobile }
  const absent: AbilityKey[] = [
    ...(wifi === undefined ? (['wifi'] as const) : []),
    ...(mobile === undefined ? (['3g'] as const) : []),
  ]
  const name = interfaceOf(config.interface)
  if (name === undefined) {
    log.warn('this machine has no such network interface: its address cannot be set')
    const link = new VirtualLink(device.serial, () => false)
    return { ...radio, link, absent: ['localLink', ...absent] }
  }
  const link = new HostLink({
    name,
    driver: (await NetworkManagerDriver.find(name)) ?? new IpDriver(name),
    memory,
    timers: systemTimers,
    note,
    log,
    section: () => settings.current(localLink),
    revert: (section) => settings.change(localLink, 0, section, { userName: '', address: '' }),
  })
  return { ...radio, link, absent }
}

/** Undefined if it does not tell, for whatever reason. */
async function addressOfRouter(portMappings: PortMappings): Promise<string | undefined> {
  try {
    return await portMappings.externalAddress()
  } catch {
    return undefined
  }
}

/** What other machines can use. */
function servicesOf(servicePorts: ServicePorts) {
  return (['http', 'https', 'rtmp', 'rtsp'] as const).flatMap((name) => {
    const port = servicePorts.portOf(name)
    return port === undefined ? [] : [{ name, port }]
  })
}
