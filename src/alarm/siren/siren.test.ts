import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { toLocal, UTC } from '../../base/local-time.ts'
import { silentLog } from '../../base/log.ts'
import { manualTime } from '../../base/timers.ts'
import { WeeklyGate } from '../../base/weekly-gate.ts'
import { testEvent } from '../test-event.ts'
import { hostSiren } from './host.ts'
import { Siren } from './siren.ts'

const ALWAYS = { isEnabled: true, hours: '1'.repeat(168) }

function rig(plan = ALWAYS) {
  const timers = manualTime()
  const noises: string[] = []
  const driver = { start: () => noises.push('on'), stop: () => noises.push('off') }
  const siren = new Siren({ driver, timers, gate: new WeeklyGate(() => toLocal(UTC, 0)) })
  siren.configure(plan)
  return { siren, timers, noises }
}

test('it sounds while something moves', () => {
  const { siren, timers, noises } = rig()
  siren.began(testEvent())
  timers.advance(20_000)
  assert.equal(siren.isSounding, true)
  siren.ended(testEvent())
  assert.deepEqual(noises, ['on', 'off'])
})

test('a short motion is heard for three seconds', () => {
  const { siren, timers, noises } = rig()
  siren.began(testEvent())
  siren.ended(testEvent())
  timers.advance(2999)
  assert.deepEqual(noises, ['on'])
  timers.advance(1)
  assert.deepEqual(noises, ['on', 'off'])
})

test('it is silent after a minute, whatever goes on, and sounds again for the next event', () => {
  const { siren, timers, noises } = rig()
  siren.began(testEvent())
  timers.advance(60_000)
  assert.deepEqual(noises, ['on', 'off'])
  siren.ended(testEvent())
  siren.began(testEvent({ id: 8 }))
  assert.deepEqual(noises, ['on', 'off', 'on'])
})

test('it keeps to its hours, to motion, and to the switch', () => {
  const off = rig({ isEnabled: true, hours: '0'.repeat(168) })
  off.siren.began(testEvent())
  assert.deepEqual(off.noises, [])
  const on = rig()
  on.siren.began(testEvent({ kind: 'covered' }))
  assert.deepEqual(on.noises, [])
  on.siren.began(testEvent())
  on.siren.configure({ ...ALWAYS, isEnabled: false })
  assert.deepEqual(on.noises, ['on', 'off'])
})

test('the loudspeaker of the machine gets raw samples, and silence at the end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-siren-'))
  const program = join(folder, 'aplay')
  writeFileSync(program, `#!/bin/sh\necho "$@" > ${folder}/arguments\nexec head -c 64000 > ${folder}/sound\n`)
  chmodSync(program, 0o755)
  const siren = hostSiren({ program, log: silentLog })
  siren.start()
  const deadline = Date.now() + 10_000
  const size = () => statSync(join(folder, 'sound'), { throwIfNoEntry: false })?.size
  while (size() !== 64_000 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
  siren.stop()
  assert.equal(readFileSync(join(folder, 'arguments'), 'utf8'), '-q -t raw -f S16_LE -r 16000 -c 1 -\n')
  const bytes = readFileSync(join(folder, 'sound'))
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, 8000)
  const crossings = samples.filter((value, at) => at > 0 && value > 0 !== samples[at - 1]! > 0).length
  assert.ok(Math.abs(crossings - 960) <= 2, String(crossings))
  rmSync(folder, { recursive: true })
})
test('a machine without a player loses nothing but the noise', async () => {
  const siren = hostSiren({ program: '/nowhere/aplay', log: silentLog })
  siren.start()
  await new Promise((resolve) => setTimeout(resolve, 50))
  siren.start()
  siren.stop()
})

test('by hand it sounds outside of its hours too, for as long as was asked', () => {
  const { siren, timers, noises } = rig({ ...ALWAYS, isEnabled: false })
  siren.play(90_000)
  siren.configure({ ...ALWAYS, isEnabled: false })
  timers.advance(89_999)
  assert.deepEqual(noises, ['on'])
  timers.advance(1)
  assert.deepEqual(noises, ['on', 'off'])
})

test('by hand it is silenced, also while something moves', () => {
  const { siren, noises } = rig()
  siren.began(testEvent())
  siren.play(60_000)
  siren.silence()
  assert.deepEqual([noises, siren.isSounding], [['on', 'off'], false])
})

test('a motion that ends does not end what sounds by hand', () => {
  const { siren, timers, noises } = rig()
  siren.play(10_000)
  siren.began(testEvent())
  timers.advance(5000)
  siren.ended(testEvent())
  assert.deepEqual(noises, ['on'])
  timers.advance(5000)
  assert.deepEqual(noises, ['on', 'off'])
})
