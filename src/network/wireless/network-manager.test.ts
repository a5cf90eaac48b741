import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { CameraError } from '../../base/errors.ts'
import { manualTime } from '../../base/timers.ts'
import type { LogEvent } from '../../system/log-event.ts'
import { findAdapter, HostWifi, networkIn } from './network-manager.ts'

/**
 * An nmcli that knows one network with the password `right one`, if `inReach` is there, and notes how it was called. The profile
 * that is up stands in `up`.
 */
const FAKE = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs')
const folder = process.env.FAKE_FOLDER
const args = process.argv.slice(2)
const at = args.indexOf('passwd-file')
const secret = at < 0 ? '' : readFileSync(args[at + 1], 'utf8')
appendFileSync(folder + '/log', JSON.stringify({ args, secret }) + '\\n')
if (args.includes('device') && args.includes('list')) {
  if (existsSync(folder + '/inReach')) console.log('70:WPA2:Home\\n90:WPA2:Home\\n40::Open\\\\: all\\n100:WPA1 WPA2:\\n')
} else if (args.includes('show')) console.log(readFileSync(folder + '/up', 'utf8'))
else if (args.includes('device')) console.log('ethernet:eth0\\nwifi:wlan0\\nloopback:lo')
if (args.includes('up') && secret !== '802-11-wireless-security.psk:right one\\n') process.exit(4)
if (args.includes('up')) writeFileSync(folder + '/up', args[args.indexOf('id') + 1])
`

const folder = mkdtempSync(join(tmpdir(), 'vedette-nmcli-'))
const log = join(folder, 'log')
const { PATH } = process.env
before(() => {
  writeFileSync(join(folder, 'nmcli'), FAKE)
  chmodSync(join(folder, 'nmcli'), 0o755)
  process.env.PATH = `${folder}:${PATH}`
  process.env.FAKE_FOLDER = folder
})
after(() => {
  process.env.PATH = PATH
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  for (const name of ['log', 'up', 'inReach']) writeFileSync(join(folder, name), '')
})

function wifiOf() {
  const time = manualTime()
  const details: string[] = []
  const note = ({ detail }: LogEvent) => void details.push(detail)
  const wifi = new HostWifi({ adapter: 'wlan0', timers: time, note })
  /** What was asked for is done. */
  const settle = () => wifi.test({ ssid: 'Home', password: 'x' }).catch(() => undefined)
  return { wifi, details, time, settle }
}

const calls = () =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { args: string[]; secret: string })

test('fake nmcli: the adapter is found, and each network in reach once', async () => {
  assert.equal(await findAdapter(), 'wlan0')
  assert.deepEqual(await wifiOf().wifi.scan(), [
    { ssid: 'Home', signalDbm: -55, isEncrypted: true },
    { ssid: 'Open: all', signalDbm: -80, isEncrypted: false },
  ])
})

test('fake nmcli: a trial tells the right password from a wrong one, and leaves no profile and no password in arguments', async () => {
  const wifi = wifiOf().wifi
  await wifi.test({ ssid: '$(touch F);--ask', password: 'right one' })
  await assert.rejects(
    wifi.test({ ssid: 'Home', password: 'wrong one' }),
    (error) => error instanceof CameraError && error.kind === 'connect-failed',
  )
  assert.ok(calls().some(({ args }) => args[args.indexOf('ssid') + 1] === '$(touch F);--ask'))
  assert.ok(calls().every(({ args }) => !args.join(' ').includes(' one')))
  assert.deepEqual(calls().at(-1)?.args, ['connection', 'delete', 'id', 'vedette-wifi-2'])
})

test('fake nmcli: SetWifi joins the network and the owner is told; with a wrong password the former one is in use again', async () => {
  const { wifi, details, settle } = wifiOf()
  wifi.configure({ ssid: 'Home', password: 'right one' })
  wifi.configure({ ssid: 'Home', password: 'right one' })
  await settle()
  wifi.configure({ ssid: 'Home', password: 'wrong one' })
  await settle()
  assert.deepEqual(details, ['Wi-Fi: joined Home', 'Wi-Fi: Home could not be joined'])
  assert.equal(readFileSync(join(folder, 'up'), 'utf8'), 'vedette-wifi-2')
  const last = calls().at(-1)
  assert.deepEqual(last?.args.slice(0, 6), ['-w', '20', 'connection', 'up', 'id', 'vedette-wifi-2'])
})

test('fake nmcli: a network is joined when it comes into reach, and again when it was lost; a wrong password is tried once', async () => {
  const { wifi, details, settle, time } = wifiOf()
  const tries = (password: string) =>
    calls().filter(({ secret }, index, all) => {
      return all[index - 1]?.args[1] === 'add' && secret.includes(password)
    }).length
  const pass = async () => {
    time.advance(60_000)
    await settle()
  }
  rmSync(join(folder, 'inReach'))
  wifi.configure({ ssid: 'Home', password: 'right one' })
  await settle()
  await pass()
  assert.deepEqual([details, tries('right')], [['Wi-Fi: Home is not in reach'], 0])
  writeFileSync(join(folder, 'inReach'), '')
  await pass()
  await pass()
  assert.deepEqual([details.at(-1), tries('right')], ['Wi-Fi: joined Home', 1])
  writeFileSync(join(folder, 'up'), 'another')
  await pass()
  assert.equal(tries('right'), 2)
  wifi.configure({ ssid: 'Home', password: 'wrong one' })
  await settle()
  await pass()
  assert.equal(tries('wrong'), 1)
})

test('lines of a list are read with what is escaped in them', () => {
  assert.deepEqual(networkIn('100:WPA3:a\\:b\\\\c'), { ssid: 'a:b\\c', signalDbm: -50, isEncrypted: true })
  for (const line of ['', 'x', ':WPA2:x', '50:WPA2:']) assert.equal(networkIn(line), undefined, line)
})
