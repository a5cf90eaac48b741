import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { CameraError } from '../../base/errors.ts'
import { findAdapter, HostWifi, networkIn } from './network-manager.ts'

/** An nmcli that knows one network with the password `right one`, and notes how it was called. */
const FAKE = `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs')
const args = process.argv.slice(2)
const at = args.indexOf('passwd-file')
const secret = at < 0 ? '' : readFileSync(args[at + 1], 'utf8')
appendFileSync(process.env.FAKE_LOG, JSON.stringify({ args, secret }) + '\\n')
if (args.includes('device') && args.includes('list')) {
  console.log('70:WPA2:Home\\n90:WPA2:Home\\n40::Open\\\\: all\\n100:WPA1 WPA2:\\n')
} else if (args.includes('device')) console.log('ethernet:eth0\\nwifi:wlan0\\nloopback:lo')
if (args.includes('up') && secret !== '802-11-wireless-security.psk:right one\\n') process.exit(4)
`

const folder = mkdtempSync(join(tmpdir(), 'vedette-nmcli-'))
const log = join(folder, 'log')
const { PATH } = process.env
before(() => {
  writeFileSync(join(folder, 'nmcli'), FAKE)
  chmodSync(join(folder, 'nmcli'), 0o755)
  process.env.PATH = `${folder}:${PATH}`
  process.env.FAKE_LOG = log
})
after(() => {
  process.env.PATH = PATH
  rmSync(folder, { recursive: true })
})
beforeEach(() => writeFileSync(log, ''))

const calls = () =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { args: string[]; secret: string })

test('fake nmcli: the adapter is found, and each network in reach once', async () => {
  assert.equal(await findAdapter(), 'wlan0')
  assert.deepEqual(await new HostWifi('wlan0', () => undefined).scan(), [
    { ssid: 'Home', signalDbm: -55, isEncrypted: true },
    { ssid: 'Open: all', signalDbm: -80, isEncrypted: false },
  ])
})

test('fake nmcli: a trial tells the right password from a wrong one, and leaves no profile and no password in arguments', async () => {
  const wifi = new HostWifi('wlan0', () => undefined)
  await wifi.test({ ssid: '$(touch F);--ask', password: 'right one' })
  await assert.rejects(
    wifi.test({ ssid: 'Home', password: 'wrong one' }),
    (error) => error instanceof CameraError && error.kind === 'connect-failed',
  )
  assert.ok(calls().some(({ args }) => args[args.indexOf('ssid') + 1] === '$(touch F);--ask'))
  assert.ok(calls().every(({ args }) => !args.join(' ').includes(' one')))
  assert.deepEqual(calls().at(-1)?.args, ['connection', 'delete', 'id', 'vedette-wifi-trial'])
})

test('fake nmcli: SetWifi joins the network and the owner is told; what fails is told too', async () => {
  const details: string[] = []
  const wifi = new HostWifi('wlan0', ({ detail }) => details.push(detail))
  wifi.configure({ ssid: 'Home', password: 'right one' })
  wifi.configure({ ssid: 'Home', password: 'right one' })
  wifi.configure({ ssid: 'Home', password: 'wrong one' })
  // Behind what was ordered before.
  await wifi.test({ ssid: 'Home', password: 'right one' })
  assert.deepEqual(details, ['Wi-Fi: joined Home', 'Wi-Fi: nmcli failed with code 4'])
})

test('lines of a list are read with what is escaped in them', () => {
  assert.deepEqual(networkIn('100:WPA3:a\\:b\\\\c'), { ssid: 'a:b\\c', signalDbm: -50, isEncrypted: true })
  for (const line of ['', 'x', ':WPA2:x', '50:WPA2:']) assert.equal(networkIn(line), undefined, line)
})
