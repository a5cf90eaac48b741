/** The Wi-Fi adapter of the host, by NetworkManager. Passwords go through a file that only we can read, never into arguments. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Timers } from '../../base/timers.ts'
import type { LogEvent } from '../../system/log-event.ts'
import type { WifiAccess, WifiNetwork, WifiPort } from '../ports.ts'
import { run } from '../program.ts'

/** Names of our profiles: one is in use, the other is for what is tried. */
const PROFILES = ['vedette-wifi-1', 'vedette-wifi-2'] as const
const SECONDS = '20'
/** How often it is looked whether the network is still joined, or has come into reach. */
const LOOK_EVERY_MS = 60_000

/** The first adapter that NetworkManager knows; undefined if there is none. */
export async function findAdapter(): Promise<string | undefined> {
  try {
    const lines = await run('nmcli', ['-t', '-f', 'TYPE,DEVICE', 'device'])
    return /^wifi:([A-Za-z0-9][\w.-]{0,14})$/m.exec(lines)?.[1]
  } catch {
    return undefined
  }
}

interface HostWifiOptions {
  /** Such as wlan0. */
  readonly adapter: string
  readonly timers: Timers
  readonly note: (event: LogEvent) => void
}

/** The network is not there; it may come. */
class OutOfReach extends CameraError {}

export class HostWifi implements WifiPort {
  readonly #options: HostWifiOptions
  #wanted: WifiAccess = { ssid: '', password: '' }
  /** Index of the profile in use. */
  #used: 0 | 1 = 0
  /** What it is for. */
  #joined: WifiAccess | undefined
  #queue: Promise<void> = Promise.resolve()
  #cancel: () => void = () => undefined
  /** The owner hears of each reason once. */
  #complaint = ''

  constructor(options: HostWifiOptions) {
    this.#options = options
  }

  configure(access: WifiAccess): void {
    const { ssid, password } = this.#wanted
    if (access.ssid === ssid && access.password === password) return
    this.#wanted = access
    this.#complaint = ''
    this.#cancel()
    this.#enqueue(access)
  }

  async scan(): Promise<readonly WifiNetwork[]> {
    let lines: string
    try {
      lines = await this.#list('yes')
    } catch (error) {
      throw new CameraError('get-failed', 'the adapter cannot look for networks', error)
    }
    const found = new Map<string, WifiNetwork>()
    for (const line of lines.split('\n')) {
      const network = networkIn(line)
      const known = network && found.get(network.ssid)
      // A network has several access points; the nearest counts.
      if (network && (known === undefined || known.signalDbm < network.signalDbm))
        found.set(network.ssid, network)
    }
    return [...found.values()]
  }

  async test(access: WifiAccess): Promise<void> {
    const work = this.#queue.then(() => this.#try(access))
    this.#queue = work.catch(() => undefined)
    await work
  }

  #list(rescan: 'yes' | 'auto'): Promise<string> {
    const args = ['-t', '-f', 'SIGNAL,SECURITY,SSID', 'device', 'wifi', 'list']
    return run('nmcli', [...args, 'ifname', this.#options.adapter, '--rescan', rescan])
  }

  #enqueue(access: WifiAccess): void {
    this.#queue = this.#queue.then(() => this.#look(access))
  }

  /** Joins the wanted network, again if it was lost. Never rejects. */
  async #look(access: WifiAccess): Promise<void> {
    const { timers, note } = this.#options
    // Something else was asked for meanwhile.
    if (access !== this.#wanted) return
    try {
      if (access.ssid === '') {
        this.#joined = undefined
        for (const profile of PROFILES) await remove(profile)
        return
      }
      if (!(await this.#isJoined(access))) await this.#join(access)
      this.#complaint = ''
    } catch (error) {
      const reason = messageOf(error)
      if (reason !== this.#complaint) note({ type: 'network', detail: `Wi-Fi: ${reason}` })
      this.#complaint = reason
      // What has never worked has a wrong password, and each try cuts off what is in use.
      if (this.#joined !== access && !(error instanceof OutOfReach)) return
    }
    if (access === this.#wanted) this.#cancel = timers.after(LOOK_EVERY_MS, () => this.#enqueue(access))
  }

  async #isJoined(access: WifiAccess): Promise<boolean> {
    if (this.#joined !== access) return false
    const name = await run('nmcli', ['-g', 'GENERAL.CONNECTION', 'device', 'show', this.#options.adapter])
    return name.trim() === PROFILES[this.#used]
  }

  /** The network of the trial is left again, for the one that was in use. */
  async #try(access: WifiAccess): Promise<void> {
    try {
      await this.#connect(access)
    } catch (error) {
      throw new CameraError('connect-failed', 'the network could not be joined', error)
    } finally {
      await this.#goBack()
    }
  }

  /** The former one stays in use until the new one is joined. */
  async #join(access: WifiAccess): Promise<void> {
    const lines = (await this.#list('auto')).split('\n')
    if (lines.every((line) => networkIn(line)?.ssid !== access.ssid))
      throw new OutOfReach('connect-failed', `${access.ssid} is not in reach`)
    try {
      await this.#connect(access)
    } catch (error) {
      await this.#goBack()
      throw new CameraError('connect-failed', `${access.ssid} could not be joined`, error)
    }
    await remove(PROFILES[this.#used])
    this.#used = this.#used === 0 ? 1 : 0
    this.#joined = access
    this.#options.note({ type: 'network', detail: `Wi-Fi: joined ${access.ssid}` })
  }

  async #goBack(): Promise<void> {
    await remove(this.#trial)
    if (this.#joined !== undefined)
      await this.#up(PROFILES[this.#used], this.#joined.password).catch(() => undefined)
  }

  get #trial(): string {
    return PROFILES[this.#used === 0 ? 1 : 0]
  }

  async #connect({ ssid, password }: WifiAccess): Promise<void> {
    const trial = this.#trial
    await remove(trial)
    const names = ['type', 'wifi', 'con-name', trial, 'ifname', this.#options.adapter, 'ssid', ssid]
    const security = password === '' ? [] : ['wifi-sec.key-mgmt', 'wpa-psk', 'wifi-sec.psk-flags', '1']
    await run('nmcli', ['connection', 'add', ...names, '--', 'connection.autoconnect', 'no', ...security])
    await this.#up(trial, password)
  }

  async #up(profile: string, password: string): Promise<void> {
    const args = ['-w', SECONDS, 'connection', 'up', 'id', profile]
    if (password === '') {
      await run('nmcli', args)
      return
    }
    const folder = mkdtempSync(join(tmpdir(), 'vedette-secret-'))
    try {
      const file = join(folder, 'password')
      writeFileSync(file, `802-11-wireless-security.psk:${password}\n`, { mode: 0o600 })
      await run('nmcli', [...args, 'passwd-file', file])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

async function remove(profile: string): Promise<void> {
  await run('nmcli', ['connection', 'delete', 'id', profile]).catch(() => undefined)
}

/** `70:WPA2:Name`, with `\:` and `\\` in values; signals in percent: 100 is -50 dBm, 0 is -100 (NetworkManager's scale). */
export function networkIn(line: string): WifiNetwork | undefined {
  const match = /^(\d{1,3}):((?:[^:\\]|\\.)*):(.*)$/.exec(line)
  if (match === null) return undefined
  const ssid = match[3]!.replaceAll(/\\(.)/g, '$1')
  const security = match[2]!
  if (ssid === '') return undefined
  const signalDbm = Number(match[1]) / 2 - 100
  return { ssid, signalDbm, isEncrypted: security !== '' && security !== '--' }
}
