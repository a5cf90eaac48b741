/** The TV norm and what follows it. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())
beforeEach(async () => {
  await set('NTSC')
  await api.one({ cmd: 'SetEnc', param: { Enc: { mainStream: { frameRate: 15 } } } })
})

const set = (norm: unknown) => api.one({ cmd: 'SetNorm', param: { Norm: norm } })
const setFrameRate = (frameRate: number) =>
  api.one({ cmd: 'SetEnc', param: { Enc: { channel: 0, mainStream: { frameRate } } } })

interface Enc {
  readonly mainStream: { readonly frameRate: number }
}

interface EncRange {
  readonly mainStream: {
    readonly frameRate: readonly number[]
    readonly default: { readonly frameRate: number }
  }
  readonly subStream: { readonly frameRate: readonly number[] }
}

async function readEnc(): Promise<{ readonly frameRate: number; readonly range: readonly EncRange[] }> {
  const { value, range } = await api.one({ cmd: 'GetEnc', action: 1, param: { channel: 0 } })
  return { frameRate: (value!.Enc as Enc).mainStream.frameRate, range: range?.Enc as EncRange[] }
}

const reboots = () => api.effects.filter((effect) => effect === 'reboot').length

test('restarts the camera when the norm changes, and only then', async () => {
  const before = reboots()
  assert.equal((await set('NTSC')).code, 0)
  assert.equal(reboots(), before)
  assert.equal((await set('PAL')).code, 0)
  assert.equal(reboots(), before + 1)
  assert.equal((await set('pal')).code, 0)
  assert.equal(reboots(), before + 1)
  assert.deepEqual((await api.one({ cmd: 'GetNorm' })).value, { Norm: 'PAL' })
  assert.equal(api.events.at(-1)?.detail, 'Norm.Norm changed')
})

test('is asked and answered as a bare word, in either spelling (Q-81)', async () => {
  assert.equal((await api.one({ cmd: 'SetNorm', param: { norm: 'PAL' } })).code, 0)
  assert.equal((await api.one({ cmd: 'SetNorm', Norm: 'NTSC' })).code, 0)
  assert.deepEqual(await api.one({ cmd: 'GetNorm', action: 1 }), {
    cmd: 'GetNorm',
    code: 0,
    initial: { Norm: 'NTSC' },
    range: { Norm: ['PAL', 'NTSC'] },
    value: { Norm: 'NTSC' },
  })
})

test('refuses other words and changes nothing', async () => {
  const before = api.effects.length
  for (const wrong of ['SECAM', '', 7, null, {}, [], { Norm: 'PAL' }]) {
    assert.equal((await set(wrong)).error?.rspCode, -4, JSON.stringify(wrong))
  }
  assert.equal((await api.one({ cmd: 'SetNorm' })).error?.rspCode, -23)
  assert.equal((await api.one({ cmd: 'SetNorm', param: {} })).error?.rspCode, -23)
  assert.equal(api.effects.length, before)
})

test('PAL has 25 frames a second where NTSC has 30, in the lists and in what is set', async () => {
  await setFrameRate(30)
  await set('PAL')
  const pal = await readEnc()
  assert.equal(pal.frameRate, 25)
  for (const { mainStream, subStream } of pal.range) {
    assert.deepEqual(mainStream.frameRate, [25, 22, 20, 18, 16, 15, 12, 10, 8, 6, 4, 2])
    assert.equal(mainStream.default.frameRate, 25)
    assert.deepEqual(subStream.frameRate, [15, 10, 7, 4])
  }
  assert.equal((await setFrameRate(30)).error?.rspCode, -4)
  assert.equal((await setFrameRate(25)).code, 0)
  await set('NTSC')
  const ntsc = await readEnc()
  assert.equal(ntsc.frameRate, 30)
  assert.equal(ntsc.range[0]?.mainStream.frameRate[0], 30)
  assert.equal((await setFrameRate(25)).error?.rspCode, -4)
})

test('leaves a frame rate alone that both norms have', async () => {
  await setFrameRate(12)
  await set('PAL')
  assert.equal((await readEnc()).frameRate, 12)
})

test('is kept over a restart', async () => {
  await set('PAL')
  await api.restart()
  assert.deepEqual((await api.one({ cmd: 'GetNorm' })).value, { Norm: 'PAL' })
})
