/** What settings of the picture take, tell and ask of the channel. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FACTORY_ISP } from '../../src/engine/factory-settings.ts'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit

before(async () => {
  api = await startApi()
})
after(() => api.stop())

const get = async (name: string) =>
  (await api.one({ cmd: `Get${name}`, action: 1, param: { channel: 0 } })) as unknown as Record<
    'initial' | 'range' | 'value',
    // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds.
    Record<string, any>
  >
const set = (name: string, section: unknown) => api.one({ cmd: `Set${name}`, param: { [name]: section } })

async function refused(name: string, section: unknown): Promise<void> {
  const [before, effects] = [(await get(name)).value, api.effects.length]
  assert.equal((await set(name, section)).error?.rspCode, -4, JSON.stringify(section))
  assert.deepEqual([(await get(name)).value, api.effects.length], [before, effects])
}

test('LowNoise keeps the spelling a client sent, and means one thing (Q-41)', async () => {
  for (const [sent, stored] of [
    ['LowOise', 'LowOise'],
    ['lownoise', 'LowNoise'],
  ] as const) {
    assert.equal((await set('Isp', { exposure: sent })).code, 0)
    assert.equal((await get('Isp')).value.Isp.exposure, stored)
    assert.deepEqual(api.effects.at(-1), { isp: { ...FACTORY_ISP, exposure: 'LowNoise' } })
  }
  await set('Isp', { exposure: 'Auto' })
})

test('the lower bound of gain and shutter is not above the upper (Q-84)', async () => {
  await refused('Isp', { gain: { min: 63 } })
  await refused('Isp', { shutter: { min: 100, max: 99 } })
  assert.equal((await set('Isp', { gain: { min: 50, max: 50 } })).code, 0)
  await refused('Isp', { gain: { max: 49 } })
  const { range } = await get('Isp')
  assert.deepEqual(
    [range.Isp.gain, range.Isp.shutter],
    [
      { min: 1, max: 100 },
      { min: 0, max: 125 },
    ],
  )
  await set('Isp', { gain: { min: 1, max: 62 } })
})

const area = (x: number, y: number, width: number, height: number, side = 100) => ({
  block: { x, y, width, height },
  screen: { width: side, height: side },
})

test('a mask is a part of any screen; switched off it asks for nothing (Q-85)', async () => {
  const areas = [area(10, 20, 90, 80), area(0, 0, 1, 1, 16_384)]
  assert.equal((await set('Mask', { enable: 1, area: areas })).code, 0)
  assert.deepEqual(api.effects.at(-1), {
    masks: [
      { x: 0.1, y: 0.2, width: 0.9, height: 0.8 },
      { x: 0, y: 0, width: 1 / 16_384, height: 1 / 16_384 },
    ],
  })
  await refused('Mask', { area: [area(10, 20, 91, 80)] })
  await refused('Mask', { area: [area(10, 20, 90, 81)] })
  await refused('Mask', { area: [area(0, 0, 0, 1)] })
  await refused('Mask', { area: Array.from({ length: 5 }, () => area(0, 0, 1, 1)) })
  assert.equal((await set('Mask', { enable: 0 })).code, 0)
  assert.deepEqual(api.effects.at(-1), { masks: [] })
  assert.equal((await get('Mask')).value.Mask.area.length, 2)
  await set('Mask', { area: [] })
  assert.deepEqual((await get('Mask')).value.Mask.area, [])
})

test('GetCrop tells the whole of main at first, and what SetCrop may (Q-87)', async () => {
  const { value, initial, range } = await get('Crop')
  assert.deepEqual(value, initial)
  const { cropWidth, cropHeight, minWidth, minHeight } = value.Crop
  assert.deepEqual([cropWidth, cropHeight, minWidth, minHeight], [1280, 720, 320, 240])
  assert.deepEqual(
    [range.Crop.topLeftX, range.Crop.topLeftY],
    [
      { min: 0, max: 0 },
      { min: 0, max: 0 },
    ],
  )
})

test('SetCrop takes a window on any screen, alone what changes, and survives a restart', async () => {
  const window = { screenWidth: 2560, screenHeight: 1440, cropWidth: 640, cropHeight: 480, topLeftX: 960 }
  assert.equal((await set('Crop', { channel: 0, ...window, topLeftY: 480 })).code, 0)
  assert.deepEqual(api.effects.at(-1), { crop: { x: 0.375, y: 1 / 3, width: 0.25, height: 1 / 3 } })
  assert.equal((await set('Crop', { topLeftX: 0 })).code, 0)
  const expected = { cropWidth: 320, cropHeight: 240, topLeftX: 0, topLeftY: 240 }
  const { value } = await get('Crop')
  assert.deepEqual({ ...value.Crop, ...expected }, value.Crop)
  await api.restart()
  assert.deepEqual((await get('Crop')).value, value)
  await refused('Crop', { cropWidth: 319 })
  await refused('Crop', { topLeftX: 961 })
  await refused('Crop', { topLeftY: -1 })
  await refused('Crop', { cropHeight: 'high' })
  assert.equal((await api.one({ cmd: 'SetCrop' })).error?.rspCode, -23)
})

test('the lamp and the LED answer names, and take names and numbers (Q-112, Q-113)', async () => {
  for (const [sent, stored] of [
    [0, 'Auto'],
    ['1', 'Off'],
    [2, 'On'],
    ['auto', 'Auto'],
  ] as const) {
    assert.equal((await set('IrLights', { state: sent })).code, 0)
    assert.equal((await get('IrLights')).value.IrLights.state, stored)
    assert.deepEqual(api.effects.at(-1), { lamp: stored })
  }
  for (const [sent, on] of [
    [0, false],
    [1, true],
    ['OFF', false],
    ['On', true],
  ] as const) {
    assert.equal((await set('PowerLed', { state: sent })).code, 0)
    assert.equal((await get('PowerLed')).value.PowerLed.state, on ? 'On' : 'Off')
    assert.deepEqual(api.effects.at(-1), { powerLed: on })
  }
  await refused('IrLights', { state: 3 })
  await refused('PowerLed', { state: 2 })
})

test('without action, crop, lamp and LED tell their range too', async () => {
  for (const name of ['Crop', 'IrLights', 'PowerLed']) {
    const answer = await api.one({ cmd: `Get${name}` })
    assert.deepEqual(Object.keys(answer), ['cmd', 'code', 'initial', 'range', 'value'])
  }
})
