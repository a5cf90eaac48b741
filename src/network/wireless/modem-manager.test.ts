import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { manualTime } from '../../base/timers.ts'
import type { LogEvent } from '../../system/log-event.ts'
import type { MobileAccess } from '../ports.ts'
import { findModem, HostModem } from './modem-manager.ts'

const MODEM = '/org/freedesktop/ModemManager1/Modem/3'
const path = process.env.PATH
let folder: string

/** A program in the place of mmcli that notes what it was asked for, an argument a line. */
function install(list: string): void {
  const program = join(folder, 'mmcli')
  const lines = [
    '#!/bin/sh',
    `for word in "$@"; do echo "$word" >> '${folder}/asked'; done`,
    `case "$1" in -L) echo '${list}';; *) test ! -e '${folder}/broken';; esac`,
  ]
  writeFileSync(program, `${lines.join('\n')}\n`)
  chmodSync(program, 0o755)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-modem-'))
  writeFileSync(join(folder, 'asked'), '')
  process.env.PATH = `${folder}${delimiter}${path}`
})
afterEach(() => {
  process.env.PATH = path
  rmSync(folder, { recursive: true })
})

const ACCESS: MobileAccess = { isAutomatic: false, apn: '', userName: '', password: '', phone: '' }
const asked = () =>
  readFileSync(join(folder, 'asked'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo() && tries < 400; tries += 1) await new Promise((done) => setTimeout(done, 10))
  assert.ok(isSo())
}

function hostModem() {
  const time = manualTime()
  const notes: LogEvent[] = []
  return {
    time,
    notes,
    modem: new HostModem({ modem: MODEM, timers: time, note: (event) => notes.push(event) }),
  }
}

test('fake mmcli: a modem is found, and its absence too', async () => {
  install(`{"modem-list":["${MODEM}"]}`)
  assert.equal(await findModem(), MODEM)
  for (const nothing of ['{"modem-list":[]}', 'error: no manager', '{"modem-list":["; reboot"]}', '[]']) {
    install(nothing)
    assert.equal(await findModem(), undefined, nothing)
  }
})

test('fake mmcli: an access point is dialled with its account, once, and hung up', async () => {
  install('')
  const { modem, notes } = hostModem()
  const access = { ...ACCESS, apn: 'web.example', userName: 'u,apn=evil', password: "p'$(x)" }
  modem.configure(access)
  modem.configure({ ...access })
  await until(() => notes.length === 1)
  const order = `--simple-connect=apn=web.example,user="u,apn=evil",password="p'$(x)"`
  assert.deepEqual(asked(), ['-m', MODEM, order])
  modem.configure(ACCESS)
  await until(() => notes.length === 2)
  assert.deepEqual(asked().slice(3), ['-m', MODEM, '--simple-disconnect'])
  assert.deepEqual(
    notes.map(({ detail }) => detail),
    ['mobile network: connected', 'mobile network: hung up'],
  )
})

test('fake mmcli: the operator’s own access point has no name', async () => {
  install('')
  const { modem, notes } = hostModem()
  modem.configure({ ...ACCESS, isAutomatic: true, apn: 'unused' })
  await until(() => notes.length === 1)
  assert.equal(asked().at(-1), '--simple-connect=apn=')
})

test('fake mmcli: a call that fails is tried again with growing pauses, noted once, without its secret', async () => {
  install('')
  writeFileSync(join(folder, 'broken'), '')
  const { modem, notes, time } = hostModem()
  modem.configure({ ...ACCESS, apn: 'web', password: 'secret' })
  await until(() => notes.length === 1)
  assert.doesNotMatch(notes[0]!.detail, /secret/)
  // The pause begins when the program has failed.
  for (const [pauseMs, calls] of [
    [30_000, 2],
    [60_000, 3],
  ] as const) {
    await new Promise((done) => setTimeout(done, 50))
    time.advance(pauseMs)
    await until(() => asked().length === calls * 3)
  }
  rmSync(join(folder, 'broken'))
  await new Promise((done) => setTimeout(done, 50))
  time.advance(120_000)
  await until(() => notes.length === 2)
  assert.match(notes[1]!.detail, /connected/)
})

test('fake mmcli: an account that cannot be quoted is not dialled', () => {
  install('')
  const { modem, notes } = hostModem()
  modem.configure({ ...ACCESS, apn: 'web', userName: 'a",apn="evil' })
  assert.match(notes[0]!.detail, /cannot be told/)
  assert.deepEqual(asked(), [])
})
