/** The rules of SetNetPort; that services really move is tested in test/camera/network.test.ts. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())

type Answer = Readonly<Record<string, unknown>>

const get = async () =>
  (await api.one({ cmd: 'GetNetPort', action: 1 })) as unknown as Record<string, Record<string, Answer>>
const set = (NetPort: object) => api.one({ cmd: 'SetNetPort', param: { NetPort } })

test('ports that were never set are the configured ones', async () => {
  const { initial, value, range } = await get()
  const usual = {
    httpPort: 80,
    httpsPort: 443,
    mediaPort: 9000,
    onvifPort: 8000,
    rtmpPort: 1935,
    rtspPort: 554,
  }
  for (const [name, port] of Object.entries(usual)) {
    assert.equal(initial?.NetPort?.[name], port)
    assert.equal(value?.NetPort?.[name], port)
    assert.deepEqual(range?.NetPort?.[name], { min: 1, max: 65535 })
  }
})

test('a port is kept over a restart, the others stay as configured', async () => {
  assert.deepEqual((await set({ rtspPort: 8554 })).value, { rspCode: 200 })
  await api.restart()
  const { value } = await get()
  assert.equal(value?.NetPort?.rtspPort, 8554)
  assert.equal(value?.NetPort?.httpPort, 80)
})

test('what is no port, or would lock the owner out, changes nothing', async () => {
  const before = await get()
  for (const input of [
    ...[0, 65536, -1, 1.5, 'x', null, {}, '80;id'].map((httpPort) => ({ httpPort })),
    { rtspEnable: 2 },
    { httpPort: 4000, rtmpPort: 4000 },
    { mediaPort: 8554 },
    { httpEnable: 0, httpsEnable: 0 },
  ]) {
    assert.equal((await set(input)).error?.rspCode, -4, JSON.stringify(input))
  }
  assert.equal((await api.one({ cmd: 'SetNetPort' })).error?.rspCode, -23)
  assert.deepEqual(await get(), before)
})

test('a client that sends back what it got switches nothing off', async () => {
  const { value } = await get()
  // There is no such service in this test.
  assert.equal(value?.NetPort?.rtspEnable, 0)
  assert.equal((await set(value?.NetPort ?? {})).code, 0)
  assert.equal(api.parts.settings.all().find(({ key }) => key === 'NetPort')?.value['rtspEnable' as never], 1)
})
