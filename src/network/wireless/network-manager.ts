/** The Wi-Fi adapter of the host, by NetworkManager. Passwords go through a file that only we can read, never into arguments. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { LogEvent } from '../../system/log-event.ts'
import type { WifiAccess, WifiNetwork, WifiPort } from '../ports.ts'
import { run } from '../program.ts'

/** Names of our profiles. */
const PROFILE = 'vedette-wifi'
const TRIAL = 'vedette-wifi-trial'
const SECONDS = '20'

/** The first adapter that NetworkManager knows; undefined if there is none. */
export async function findAdapter(): Promise<string | undefined> {
  try {
    const lines = await run('nmcli', ['-t', '-f', 'TYPE,DEVICE', 'device'])
    return /^wifi:([A-Za-z0-9][\w.-]{0,14})$/m.exec(lines)?.[1]
  } catch {
    return undefined
  }
}

export class HostWifi implements WifiPort {
  readonly #adapter: string
  readonly #note: (event: LogEvent) => void
  #wanted: WifiAccess = { ssid: '', password: '' }
  #queue: Promise<void> = Promise.resolve()

  constructor(adapter: string, note: (event: LogEvent) => void) {
    this.#adapter = adapter
    this.#note = note
  }

  configure(access: WifiAccess): void {
    const { ssid, password } = this.#wanted
    if (access.ssid === ssid && access.password === password) return
    this.#wanted = access
    this.#queue = this.#queue
      .then(() => this.#join(access))
      .catch((error) => this.#note({ type: 'network', detail: `Wi-Fi: ${messageOf(error)}` }))
  }

  async scan(): Promise<readonly WifiNetwork[]> {
    const args = ['-t', '-f', 'SIGNAL,SECURITY,SSID', 'device', 'wifi', 'list', 'ifname', this.#adapter]
    let lines: string
    try {
      lines = await run('nmcli', [...args, '--rescan', 'yes'])
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

  /** The network of the trial is left again, for the one that was in use. */
  async #try(access: WifiAccess): Promise<void> {
    try {
      await this.#connect(TRIAL, access, false)
    } catch (error) {
      throw new CameraError('connect-failed', 'the network could not be joined', error)
    } finally {
      await remove(TRIAL)
      if (this.#wanted.ssid !== '') await this.#up(PROFILE, this.#wanted.password).catch(() => undefined)
    }
  }

  async #join(access: WifiAccess): Promise<void> {
    await remove(PROFILE)
    if (access.ssid === '') return
    await this.#connect(PROFILE, access, true)
    this.#note({ type: 'network', detail: `Wi-Fi: joined ${access.ssid}` })
  }

  async #connect(profile: string, { ssid, password }: WifiAccess, isKept: boolean): Promise<void> {
    const names = ['type', 'wifi', 'con-name', profile, 'ifname', this.#adapter, 'ssid', ssid]
    const security = password === '' ? [] : ['wifi-sec.key-mgmt', 'wpa-psk', 'wifi-sec.psk-flags', '1']
    const rest = ['connection.autoconnect', isKept && password === '' ? 'yes' : 'no']
    await run('nmcli', ['connection', 'add', ...names, '--', ...rest, ...security])
    await this.#up(profile, password)
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
