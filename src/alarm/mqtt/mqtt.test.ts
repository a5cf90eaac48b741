/** Against Debian's broker, watched by a client of its own. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connectAsync, type MqttClient } from 'mqtt'
import { missing, tool } from '../../../test/tools.ts'
import { CameraError } from '../../base/errors.ts'
import { toLocal, UTC } from '../../base/local-time.ts'
import { silentLog } from '../../base/log.ts'
import { WeeklyGate } from '../../base/weekly-gate.ts'
import { deliveryOf, testEvent } from '../test-event.ts'
import { Mqtt } from './mqtt.ts'

const skip = missing('mosquitto')
const folder = mkdtempSync(join(tmpdir(), 'vedette-mqtt-'))
const JPEG = new Uint8Array([0xff, 0xd8, 1, 2, 3])
const NAME = 'Door"},{"x":"'
let port = 0
let broker: ChildProcess | undefined

before(async () => {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  port = (probe.address() as AddressInfo).port
  await new Promise((resolve) => probe.close(resolve))
  writeFileSync(join(folder, 'conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`)
})
after(async () => {
  await stopBroker()
  rmSync(folder, { recursive: true })
})

function startBroker(): void {
  broker = spawn(tool('mosquitto'), ['-c', join(folder, 'conf')], { stdio: 'ignore' })
}

async function stopBroker(): Promise<void> {
  const running = broker
  broker = undefined
  if (running === undefined) return
  const ended = new Promise((resolve) => running.once('exit', resolve))
  running.kill('SIGKILL')
  await ended
}

async function until(what: string, check: () => boolean | undefined): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!check()) {
    if (Date.now() > deadline) throw new Error(`${what}: not in time`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function watch(): Promise<{ seen: Map<string, string>; client: MqttClient }> {
  const seen = new Map<string, string>()
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 200 })
  client.on('message', (topic, payload) => seen.set(topic, payload.toString('latin1')))
  await client.subscribeAsync('#')
  return { seen, client }
}

function camera({ allowLocalTargets = true } = {}) {
  const notes: string[] = []
  const gate = new WeeklyGate(() => toLocal(UTC, 0))
  gate.configure({ isEnabled: true, hours: '1'.repeat(168) })
  const mqtt = new Mqtt({
    url: `mqtt://user:pa55word@127.0.0.1:${port}`,
    camera: () => ({ serial: 'S/1', model: 'Vedette', version: '1', name: NAME }),
    gate,
    snapshot: () => Promise.resolve(JPEG),
    nowMs: () => 0,
    allowLocalTargets,
    note: (detail) => notes.push(detail),
    log: silentLog,
  })
  return { mqtt, notes, gate }
}

const never = new AbortController().signal
const STATE = 'vedette/S_1/motion'
const AVAILABILITY = 'vedette/S_1/availability'

test('a broker sees states, pictures and events, and the truth again after it was away', {
  skip,
  timeout: 60_000,
}, async () => {
  const { mqtt, notes } = camera()
  mqtt.start()
  await until('a note that there is no broker', () => notes.length === 1)
  assert.doesNotMatch(notes.join(), /pa55word/)
  const early = deliveryOf((await mqtt.plan(testEvent(), 'began'))[0]!)
  await assert.rejects(mqtt.deliver(early, never), CameraError)
  startBroker()
  let { seen, client } = await watch().catch(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    return await watch()
  })
  await until('online', () => seen.get(AVAILABILITY) === 'online')
  const discovery = JSON.parse(seen.get('homeassistant/binary_sensor/vedette_S_1/motion/config')!)
  assert.equal(discovery.state_topic, STATE)
  assert.equal(discovery.device.name, NAME)
  assert.ok(seen.has('homeassistant/image/vedette_S_1/snapshot/config'))
  assert.equal(seen.get(STATE), 'OFF')
  mqtt.began(testEvent())
  await until(
    'the motion and its picture',
    () => seen.get(STATE) === 'ON' && seen.has('vedette/S_1/snapshot'),
  )
  assert.equal(seen.get('vedette/S_1/snapshot'), Buffer.from(JPEG).toString('latin1'))
  await mqtt.deliver(early, never)
  await until('the event', () => seen.has('vedette/S_1/event'))
  assert.equal(JSON.parse(seen.get('vedette/S_1/event')!).camera, NAME)
  client.end(true)
  await stopBroker()
  await until('a note of the loss', () => notes.length === 3)
  mqtt.ended(testEvent())
  startBroker()
  await new Promise((resolve) => setTimeout(resolve, 500))
  ;({ seen, client } = await watch())
  // The broker has lost all that was retained.
  await until('the truth', () => seen.get(STATE) === 'OFF' && seen.get(AVAILABILITY) === 'online')
  await mqtt.stop()
  await until('offline', () => seen.get(AVAILABILITY) === 'offline')
  client.end(true)
})

test('a broker that hangs keeps nobody from stopping', { skip, timeout: 30_000 }, async () => {
  await stopBroker()
  startBroker()
  const { mqtt } = camera()
  mqtt.start()
  const [order] = await mqtt.plan(testEvent(), 'began')
  const deliver = (signal: AbortSignal) => mqtt.deliver(deliveryOf(order!), signal)
  let isDelivered = false
  await until('a first delivery', () => {
    deliver(never).then(
      () => {
        isDelivered = true
      },
      () => undefined,
    )
    return isDelivered
  })
  broker?.kill('SIGSTOP')
  const stop = new AbortController()
  const delivered = deliver(stop.signal)
  stop.abort()
  await assert.rejects(delivered, CameraError)
  await mqtt.stop()
  await stopBroker()
})

test('a broker on this machine is refused unless it is allowed', async () => {
  const { mqtt, notes } = camera({ allowLocalTargets: false })
  mqtt.start()
  await until('the note', () => notes.length === 1)
  await mqtt.stop()
  assert.match(notes[0]!, /allow-local-targets/)
})
