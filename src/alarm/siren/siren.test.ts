import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { missing } from '../../../test/tools.ts'
import { toLocal, UTC } from '../../base/local-time.ts'
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
  const siren = hostSiren({ program, failed: () => undefined })
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

/** With a configuration of ALSA for the player. */
async function playOn(device: string, until: (reasons: readonly string[]) => boolean): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-alsa-'))
  const former = process.env.ALSA_CONFIG_PATH
  process.env.ALSA_CONFIG_PATH = join(folder, 'alsa.conf')
  writeFileSync(process.env.ALSA_CONFIG_PATH, `pcm.default ${device}\n`)
  const reasons: string[] = []
  const siren = hostSiren({ program: 'aplay', failed: (reason) => reasons.push(reason) })
  try {
    siren.start()
    const deadline = Date.now() + 10_000
    while (!until(reasons) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
    return reasons
  } finally {
    siren.stop()
    if (former === undefined) delete process.env.ALSA_CONFIG_PATH
    else process.env.ALSA_CONFIG_PATH = former
    rmSync(folder, { recursive: true })
  }
}

test("ALSA's own player takes the sound to the device", { skip: missing('aplay') }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-device-'))
  const heard = join(folder, 'heard')
  const size = () => statSync(heard, { throwIfNoEntry: false })?.size ?? 0
  const device = `{ type file file "${heard}" format raw slave.pcm { type null } }`
  assert.deepEqual(await playOn(device, () => size() >= 64_000), [])
  const bytes = readFileSync(heard)
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, 8000)
  assert.ok(Math.max(...samples) > 0.85 * 0x7fff)
  rmSync(folder, { recursive: true })
})

test('a machine without a loudspeaker or a player loses nothing but the noise, and tells why', async () => {
  if (missing('aplay') === false) {
    const [reason] = await playOn('{ type hw card 77 }', (reasons) => reasons.length > 0)
    assert.match(reason!, /aplay: .*(No such file or directory|open error)/)
  }
  const reasons: string[] = []
  const siren = hostSiren({ program: '/nowhere/aplay', failed: (reason) => reasons.push(reason) })
  siren.start()
  while (reasons.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  siren.start()
  siren.stop()
  assert.match(reasons[0]!, /ENOENT/)
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
