/**
 * Wi-Fi and modem under --hardware host, by the real nmcli and mmcli. There is no radio where tests run: behind those programs
 * stands an imitation of NetworkManager and ModemManager, and, for what a profile must be like, the real NetworkManager without an adapter.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { CameraError } from '../../src/base/errors.ts'
import { systemTimers } from '../../src/base/timers.ts'
import { findModem, HostModem } from '../../src/network/wireless/modem-manager.ts'
import { findAdapter, HostWifi } from '../../src/network/wireless/network-manager.ts'
import { until } from '../camera/kit.ts'
import { missing } from '../tools.ts'
import { startNetworkManager } from './manager.ts'
import { noNamespaces, removeAll, twoMachines } from './namespace.ts'

let folder: string
let radio: ChildProcess | undefined
const former = process.env.DBUS_SYSTEM_BUS_ADDRESS
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-radio-'))
  process.env.DBUS_SYSTEM_BUS_ADDRESS = `unix:path=${join(folder, 'bus')}`
})
afterEach(async () => {
  if (radio !== undefined) {
    const exit = once(radio, 'exit')
    radio.stdin!.end()
    await exit
    radio = undefined
  }
  await removeAll()
  if (former === undefined) delete process.env.DBUS_SYSTEM_BUS_ADDRESS
  else process.env.DBUS_SYSTEM_BUS_ADDRESS = former
  rmSync(folder, { recursive: true })
})

async function startRadio() {
  const script = join(import.meta.dirname, '../peers/host-radio.py')
  radio = spawn('/usr/bin/python3', [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(radio.stdout!, 'data')
}

const profiles = () =>
  new Promise<string>((resolve) => {
    const nmcli = spawn('nmcli', ['-g', 'NAME', 'connection', 'show'])
    let text = ''
    nmcli.stdout.on('data', (chunk) => {
      text += chunk
    })
    nmcli.once('close', () => resolve(text))
  })

test('nmcli before an imitated NetworkManager: networks are found, tried and joined', {
  skip: missing('NetworkManager', 'python3-dbusmock'),
}, async () => {
  await startRadio()
  assert.equal(await findAdapter(), 'wlan7')
  const notes: string[] = []
  const wifi = new HostWifi({
    adapter: 'wlan7',
    timers: systemTimers,
    note: ({ detail }) => notes.push(detail),
  })
  assert.deepEqual(await wifi.scan(), [
    { ssid: 'Home', signalDbm: -59, isEncrypted: true },
    { ssid: 'Open: \\ x', signalDbm: -85, isEncrypted: false },
  ])
  await wifi.test({ ssid: 'Home', password: 'pass word' })
  assert.doesNotMatch(await profiles(), /vedette/)
  wifi.configure({ ssid: 'Open: \\ x', password: '' })
  await until('joined', () => notes.find((note) => note === 'Wi-Fi: joined Open: \\ x'))
  assert.match(await profiles(), /^vedette-wifi-2$/m)
})

test('mmcli before an imitated ModemManager: the account arrives as it is', {
  skip: missing('ModemManager', 'NetworkManager', 'python3-dbusmock'),
}, async () => {
  await startRadio()
  const modem = await findModem()
  assert.equal(modem, '/org/freedesktop/ModemManager1/Modem/0')
  const notes: string[] = []
  const dialler = new HostModem({
    modem,
    timers: systemTimers,
    note: ({ detail }) => notes.push(detail),
  })
  const said = (what: string) => until(what, () => notes.find((note) => note.endsWith(what)))
  const asked = () =>
    readFileSync(join(folder, 'modem.log'), 'utf8')
      .split('\n')
      .filter((line) => / (Connect|Disconnect) /.test(line))
      .map((line) => line.slice(line.indexOf(' ') + 1))
  const account = { isAutomatic: false, apn: 'internet', phone: '' }
  dialler.configure({ ...account, userName: `o, w'n=$(x)`, password: '-p=;a' })
  await said('connected')
  assert.deepEqual(asked(), [
    `Connect {"profile-id": -1, "apn": "internet", "user": "o, w'n=$(x)", "password": "-p=;a"}`,
  ])
  dialler.configure({ ...account, apn: '', userName: '', password: '' })
  await said('hung up')
  assert.equal(asked()[1], 'Disconnect "/"')
})

test('NetworkManager takes the profile of any network, and what cannot be joined leaves none', {
  skip: noNamespaces() || missing('NetworkManager'),
  timeout: 60_000,
}, async () => {
  const [machine] = await twoMachines()
  await startNetworkManager(machine, folder)
  assert.equal(await findAdapter(), undefined)
  const wifi = new HostWifi({ adapter: 'wlan7', timers: systemTimers, note: () => undefined })
  for (const ssid of ['Home', '-x', '--help', '$(touch F)', 'a b:c\\d', 'ünï']) {
    await assert.rejects(wifi.test({ ssid, password: 'pass word' }), (error) => {
      // Not the profile is refused: there is no device to use it.
      assert.equal(((error as CameraError).cause as CameraError).message, 'nmcli failed with code 4')
      return error instanceof CameraError && error.kind === 'connect-failed'
    })
  }
  assert.doesNotMatch(await profiles(), /vedette/)
  await assert.rejects(wifi.scan(), CameraError)
})
