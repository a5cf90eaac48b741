/** PTZ commands with a digital head on a clock that stands still. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { OPERATIONS } from '../../src/ptz/operations.ts'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())
beforeEach(async () => {
  await ptz('Stop')
  await advance(5)
})

async function rspCode(entry: object): Promise<unknown> {
  const answer = await api.one(entry)
  return answer.error?.rspCode ?? answer.value?.rspCode
}
const ptz = (op: unknown, more: object = {}) =>
  rspCode({ cmd: 'PtzCtrl', param: { channel: 0, op, ...more } })
const preset = (PtzPreset: object) => rspCode({ cmd: 'SetPtzPreset', param: { PtzPreset } })
const patrol = (PtzPatrol: object) =>
  rspCode({ cmd: 'SetPtzPatrol', param: { PtzPatrol: { id: 1, ...PtzPatrol } } })
const track = (...list: object[]) => rspCode({ cmd: 'SetPtzTattern', param: { PtzTattern: { track: list } } })
const section = async (cmd: string, name: string) => (await api.one({ cmd })).value?.[name] as never
const presets = (): Promise<{ id: number; enable: number; name: string }[]> =>
  section('GetPtzPreset', 'PtzPreset')
const running = async () =>
  ((await section('GetPtzPatrol', 'PtzPatrol')) as { running: number }[])[0]?.running
const tracks = async () =>
  (
    (await section('GetPtzTattern', 'PtzTattern')) as {
      track: { enable: number; running: number; name: string }[]
    }
  ).track
const pan = async () => ((await section('GetPtzCurPos', 'PtzCurPos')) as { Ppos: number }).Ppos
const zoom = async () => ((await section('GetPtzCurPos', 'PtzCurPos')) as { Zpos: number }).Zpos

/** Steps that are due run in turn; between them their promises are awaited. */
async function advance(seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 10; step += 1) {
    api.time.advance(100)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function look(op: string, seconds: number): Promise<void> {
  assert.equal(await ptz(op, { speed: 64 }), 200)
  await advance(seconds)
  assert.equal(await ptz('Stop'), 200)
  await advance(2)
}

test('every operation is taken, in any case, and moves what it names', async () => {
  await preset({ id: 1, enable: 1 })
  await patrol({ enable: 1, preset: [{ id: 1, dwellTime: 1, speed: 32 }] })
  for (const op of OPERATIONS) {
    const before = api.effects.length
    assert.equal(await ptz(op.toUpperCase(), { id: 1 }), 200, op)
    if (op !== 'StopPatrol') assert.ok(api.effects.length > before, op)
  }
})

test('Left, Right, ZoomInc and ZoomDec go where they say', async () => {
  await look('ZoomInc', 0.5)
  const from = { pan: await pan(), zoom: await zoom() }
  await look('Left', 0.3)
  assert.ok((await pan()) < from.pan)
  await look('Right', 0.8)
  assert.ok((await pan()) > from.pan)
  await look('ZoomInc', 0.3)
  assert.ok((await zoom()) > from.zoom)
  await look('ZoomDec', 9)
  assert.equal(await zoom(), 100)
})

test('what is not an operation, or lacks what it needs, moves nothing', async () => {
  const effects = api.effects.length
  for (const [op, more, code] of [
    ['Jump', {}, -4],
    [7, {}, -4],
    [undefined, {}, -23],
    ['ToPos', {}, -23],
    ['ToPos', { id: 63 }, -1],
    ['ToPos', { id: 0 }, -1],
    ['ToPos', { id: 65 }, -4],
    ['ToPos', { id: 'x' }, -4],
    ['Left', { speed: 'fast' }, -4],
    ['StartPatrol', { id: 2 }, -1],
    ['StopPatrol', { id: 2 }, -1],
  ] as const) {
    assert.equal(await ptz(op, more), code, `${op} ${JSON.stringify(more)}`)
  }
  assert.equal(api.effects.length, effects)
})

test('a speed outside 1..64 stands for the nearest (Q-100)', async () => {
  await look('ZoomInc', 0.4)
  const wayAt = async (speed: number) => {
    await look('Left', 4)
    const from = await pan()
    await ptz('Right', { speed })
    await advance(0.3)
    const way = (await pan()) - from
    await ptz('Stop')
    return way
  }
  assert.equal(await wayAt(1000), await wayAt(64))
  assert.equal(await wayAt(-5), await wayAt(1))
})

test('a drive ends after a minute without a further operation (Q-101)', async () => {
  await look('ZoomInc', 9)
  await look('Left', 20)
  await ptz('Right', { speed: 1 })
  await advance(59)
  const before = await pan()
  await advance(3)
  const after = await pan()
  assert.ok(after > before)
  await advance(5)
  assert.equal(await pan(), after)
  await look('ZoomDec', 9)
})

test('presets: stored, named, returned to, freed, and there again after a restart', async () => {
  assert.equal((await presets()).length, 64)
  await look('ZoomInc', 0.5)
  const where = [await pan(), await zoom()]
  assert.equal(await preset({ id: 5, enable: 1, name: 'Tür' }), 200)
  await look('Left', 0.5)
  await look('ZoomInc', 0.5)
  assert.equal(await ptz('ToPos', { id: 5, speed: 64 }), 200)
  await advance(10)
  assert.deepEqual([await pan(), await zoom()], where)
  assert.equal(await preset({ id: 5, name: 'door' }), 200)
  assert.equal(await preset({ id: 9, name: 'later' }), 200)
  await api.restart()
  const list = await presets()
  assert.deepEqual(list[4], { channel: 0, enable: 1, id: 5, name: 'door' })
  assert.deepEqual(list[8], { channel: 0, enable: 0, id: 9, name: 'later' })
  assert.deepEqual(list[63], { channel: 0, enable: 0, id: 64, name: 'pos64' })
  assert.deepEqual([await pan(), await zoom()], where)
  assert.equal(await preset({ id: 5, enable: 0 }), 200)
  assert.deepEqual((await presets())[4], { channel: 0, enable: 0, id: 5, name: 'pos5' })
  assert.equal(await ptz('ToPos', { id: 5 }), -1)
})

test('a preset that is not right is refused and changes nothing', async () => {
  const before = await presets()
  for (const [input, code] of [
    [{ id: 3 }, -23],
    [{ enable: 1 }, -23],
    [{ id: -1, enable: 1 }, -4],
    [{ id: 65, enable: 1 }, -4],
    [{ id: 3, enable: 2 }, -4],
    [{ id: 3, name: '' }, -4],
    [{ id: 3, name: 'x'.repeat(32) }, -22],
    [{ id: 3, name: {} }, -4],
  ] as const)
    assert.equal(await preset(input), code, JSON.stringify(input))
  assert.deepEqual(await presets(), before)
})

test('the patrol rests at each preset for its time, and any operation ends it', async () => {
  await preset({ id: 1, enable: 1 })
  const first = await pan()
  await look('Right', 0.3)
  await preset({ id: 2, enable: 1 })
  const second = await pan()
  const stops = [
    { id: 1, dwellTime: 3, speed: 64 },
    { id: 40, dwellTime: 30, speed: 64 },
    { id: 2, dwellTime: 2, speed: 64 },
  ]
  assert.equal(await patrol({ enable: 1, preset: stops }), 200)
  assert.equal(await ptz('StartPatrol', { id: 1 }), 200)
  assert.equal(await running(), 1)
  await advance(2)
  assert.equal(await pan(), first)
  await advance(3)
  assert.equal(await pan(), second)
  await advance(2.5)
  assert.equal(await pan(), first)
  assert.equal(await ptz('Left'), 200)
  assert.equal(await running(), 0)
  assert.equal(await patrol({ running: 1 }), 200)
  assert.equal(await running(), 1)
  assert.equal(await ptz('StopPatrol'), 200)
  assert.equal(await running(), 0)
})

test('a patrol that leads nowhere does not start, and too many stops are refused', async () => {
  assert.equal(await patrol({ enable: 1, preset: [] }), 200)
  assert.equal(await ptz('StartPatrol'), -1)
  assert.equal(await patrol({ preset: [{ id: 60, dwellTime: 1, speed: 1 }], running: 1 }), -1)
  const stop = { id: 1, dwellTime: 1, speed: 1 }
  assert.equal(await patrol({ preset: Array.from({ length: 17 }, () => stop) }), -4)
  for (const bad of [
    { ...stop, dwellTime: 31 },
    { ...stop, speed: 65 },
    { ...stop, id: 65 },
  ]) {
    assert.equal(await patrol({ preset: [bad] }), -4)
  }
  assert.equal(await patrol({ preset: [{ id: 1 }] }), -23)
  const [value] = (await section('GetPtzPatrol', 'PtzPatrol')) as { preset: unknown[] }[]
  assert.deepEqual(value?.preset, [])
})

test('Auto looks from side to side until Stop', async () => {
  await look('ZoomInc', 0.3)
  await ptz('Auto', { speed: 64 })
  const places: number[] = []
  for (let second = 0; second < 90; second += 1) {
    await advance(1)
    places.push(await pan())
  }
  const turns = places.filter(
    (place, at) => at > 1 && (place - places[at - 1]!) * (places[at - 1]! - places[at - 2]!) < 0,
  )
  assert.ok(turns.length > 10, `${turns.length} turns in 90 s`)
  await ptz('Stop')
  await advance(1)
  const rest = await pan()
  await advance(5)
  assert.equal(await pan(), rest)
})

test('a track is recorded, named, played again and again, and freed', async () => {
  await look('ZoomInc', 0.3)
  const begin = await pan()
  assert.equal(await track({ id: 2, enable: 1, running: 0, name: 'round' }), 200)
  assert.equal((await tracks())[1]?.enable, 1)
  await ptz('Left', { speed: 64 })
  await advance(0.4)
  await ptz('Stop')
  await advance(1.6)
  const far = await pan()
  assert.ok(far < begin)
  assert.equal(await track({ id: 2, enable: 1 }), 200)
  await look('Right', 3)
  assert.equal(await track({ id: 2, running: 1 }), 200)
  assert.deepEqual((await tracks())[1], { id: 2, enable: 1, running: 1, name: 'round' })
  let visits = 0
  let last = 0
  for (let tenth = 0; tenth < 120; tenth += 1) {
    await advance(0.1)
    const side = (await pan()) <= far + 20 ? -1 : (await pan()) >= begin - 20 ? 1 : last
    if (side === -1 && last !== -1) visits += 1
    last = side
  }
  assert.ok(visits >= 3, `${visits} rounds in 12 s`)
  await ptz('Stop')
  assert.equal((await tracks())[1]?.running, 0)
  await api.restart()
  assert.deepEqual((await tracks())[1], { id: 2, enable: 1, running: 0, name: 'round' })
  assert.equal(await track({ id: 2, enable: 0 }), 200)
  assert.deepEqual((await tracks())[1], { id: 2, enable: 0, running: 0, name: '' })
})

test('a track that is not right is refused and changes nothing', async () => {
  const before = await tracks()
  assert.equal(await track({ id: 4, running: 1 }), -1)
  assert.equal(await track({ id: 1, name: 'one' }, { id: 4, running: 1 }), -1)
  assert.equal(await track({ id: 7, enable: 1 }), -4)
  assert.equal(await track({ enable: 1 }), -23)
  assert.equal(await track({ id: 1, name: 'x'.repeat(32) }), -22)
  assert.deepEqual(await tracks(), before)
})

test('under a mirrored or turned picture people are obeyed as they see it, and a preset shows what it showed', async () => {
  const face = (mirroring: number, rotation: number) =>
    rspCode({ cmd: 'SetIsp', param: { Isp: { mirroring, rotation } } })
  await look('ZoomInc', 0.5)
  await look('Left', 0.3)
  await preset({ id: 1, enable: 1 })
  const from = await pan()
  assert.equal(await face(1, 0), 200)
  assert.equal(await pan(), 3600 - from, 'what was left is right')
  await look('Left', 0.3)
  const left = await pan()
  assert.ok(left < 3600 - from)
  assert.equal(await face(1, 1), 200)
  assert.equal(await pan(), 3600 - left, 'mirrored and turned, only up and down are exchanged')
  await ptz('ToPos', { id: 1, speed: 64 })
  await advance(10)
  assert.equal(await pan(), from)
  assert.equal(await face(0, 0), 200)
  assert.equal(await pan(), from)
  await look('ZoomDec', 9)
})

test('a damaged stored value counts as absent', async () => {
  await preset({ id: 1, enable: 1 })
  api.store.settings.save({
    'PtzPreset/0': [{ id: 99 }],
    'PtzHead/0': 'x',
    'PtzPatrol/0': 7,
    'PtzTattern/0': {},
  })
  await api.restart()
  assert.ok((await presets()).every(({ enable }) => enable === 0))
  assert.equal(await ptz('Left'), 200)
})
