/** A broker with a certificate of its own and a password, and what the owner hears when one of them is wrong. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Mqtt } from '../../src/alarm/mqtt/mqtt.ts'
import { deliveryOf, testEvent } from '../../src/alarm/test-event.ts'
import { systemClock } from '../../src/base/clock.ts'
import { toLocal, UTC } from '../../src/base/local-time.ts'
import type { Log } from '../../src/base/log.ts'
import { silentLog } from '../../src/base/log.ts'
import { WeeklyGate } from '../../src/base/weekly-gate.ts'
import { loadCertificate } from '../../src/servers/http/certificate.ts'
import { freePorts } from '../free-ports.ts'
import { missing, tool } from '../tools.ts'
import { until } from './kit.ts'

const skip = missing('mosquitto')
const folder = mkdtempSync(join(tmpdir(), 'vedette-mqtts-'))
let port = 0
let pem = ''
let stopBroker = async () => undefined as unknown
before(async () => {
  if (skip) return
  ;[port = 0] = await freePorts(1)
  pem = (await loadCertificate(folder, systemClock)).cert
  const passwords = join(folder, 'passwords')
  writeFileSync(passwords, '')
  chmodSync(passwords, 0o600)
  execFileSync('mosquitto_passwd', ['-b', passwords, 'camera', 'pa55word'], { stdio: 'ignore' })
  const lines = [
    ...[`listener ${port} 127.0.0.1`, 'allow_anonymous false', `password_file ${passwords}`, 'user root'],
    ...[`certfile ${join(folder, 'tls/certificate.pem')}`, `keyfile ${join(folder, 'tls/key.pem')}`],
  ]
  writeFileSync(join(folder, 'conf'), `${lines.join('\n')}\n`)
  const broker = spawn(tool('mosquitto'), ['-c', join(folder, 'conf')], { stdio: 'ignore' })
  stopBroker = async () => {
    broker.kill('SIGKILL')
    if (broker.exitCode === null) await once(broker, 'exit')
  }
})
after(async () => {
  await stopBroker()
  rmSync(folder, { recursive: true })
})

function camera({ password = 'pa55word', authorities }: { password?: string; authorities?: string } = {}) {
  const notes: string[] = []
  const warnings: unknown[] = []
  const gate = new WeeklyGate(() => toLocal(UTC, 0))
  gate.configure({ isEnabled: true, hours: '1'.repeat(168) })
  const log: Log = { ...silentLog, warn: (entry: unknown) => warnings.push(entry) } as unknown as Log
  const mqtt = new Mqtt({
    url: `mqtts://camera:${password}@localhost:${port}`,
    camera: () => ({ serial: 'S1', model: 'Vedette', version: '1', name: 'Door' }),
    gate,
    snapshot: () => Promise.resolve(new Uint8Array(1)),
    nowMs: () => 0,
    allowLocalTargets: true,
    authorities,
    note: (detail) => notes.push(detail),
    log,
  })
  return { mqtt, notes, warnings }
}

test('a broker whose certificate the owner trusts is told by TLS', { skip }, async () => {
  const { mqtt } = camera({ authorities: pem })
  const [order] = await mqtt.plan(testEvent(), 'began')
  mqtt.start()
  let isDone = false
  await until(() => {
    mqtt.deliver(deliveryOf(order!), AbortSignal.timeout(20_000)).then(
      () => {
        isDone = true
      },
      () => undefined,
    )
    return isDone
  })
  await mqtt.stop()
})

for (const [what, change, words] of [
  ['a certificate that nobody trusts', {}, /self.signed certificate/],
  ['a wrong password', { password: 'wrong-1' }, /[Nn]ot authorized/],
] as const) {
  test(`${what} is one line, however often it is tried`, { skip }, async () => {
    const isPassword = 'password' in change
    const { mqtt, notes, warnings } = camera({ ...change, ...(isPassword ? { authorities: pem } : {}) })
    mqtt.start()
    await until(() => notes.length > 0)
    // The second try comes after a second.
    await new Promise((resolve) => setTimeout(resolve, 2500))
    await mqtt.stop()
    assert.equal(notes.length, 1, notes.join('\n'))
    assert.equal(warnings.length, 1)
    assert.match(notes[0]!, words)
    assert.doesNotMatch(notes[0]! + JSON.stringify(warnings), /wrong-1|pa55word/)
  })
}
