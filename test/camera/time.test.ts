/** The clock of the whole program: it goes on over a crash, and restarts the camera when it is time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Camera, startCamera } from './kit.ts'

const noReboot = { cmd: 'SetAutoMaint', param: { AutoMaint: { enable: 0 } } }
const setTime = (Time: object, Dst: object = {}) => ({ cmd: 'SetTime', param: { Time, Dst } })
const timeOf = async (camera: Camera) => (await camera.one({ cmd: 'GetTime' })).value.Time
const evening = { year: 2031, mon: 12, day: 31, hour: 23, min: 59, sec: 30 }

test('a clock that was set goes on over kill -9, and a viewer never notices', async () => {
  let camera = await startCamera()
  try {
    await camera.one(noReboot)
    const response = await fetch(camera.flvUrl('main'))
    const reader = response.body!.getReader()
    await reader.read()
    assert.equal((await camera.one(setTime(evening))).code, 0)
    // Two seconds of pictures after a jump of five years.
    const until = performance.now() + 2000
    let bytes = 0
    while (performance.now() < until) {
      const { done, value } = await reader.read()
      assert.equal(done, false)
      bytes += value!.length
    }
    assert.ok(bytes > 20_000)
    await reader.cancel()
    await camera.stop({ keepData: true, signal: 'SIGKILL' })
    camera = await startCamera({ dataDir: camera.dataDir })
    const { year, mon, day, hour, min, sec } = await timeOf(camera)
    const shown = Date.UTC(year, mon - 1, day, hour, min, sec)
    const passedMs = shown - Date.UTC(2031, 11, 31, 23, 59, 30)
    assert.ok(passedMs >= 2000 && passedMs < 20_000, `${passedMs} ms`)
  } finally {
    await camera.stop()
  }
})

test('automatic maintenance restarts the camera at its time, once', async () => {
  const camera = await startCamera()
  try {
    await camera.one(noReboot)
    await camera.one(setTime({ ...evening, hour: 4, min: 59, sec: 57 }))
    const ready = camera.nextReady()
    const plan = { enable: 1, weekDay: 'Everyday', hour: 5, min: 0, sec: 0 }
    assert.equal((await camera.one({ cmd: 'SetAutoMaint', param: { AutoMaint: plan } })).code, 0)
    await ready
    const { hour, min } = await timeOf(camera)
    assert.deepEqual([hour, min], [5, 0])
    const starts = () => camera.log.filter(({ msg }) => msg === 'ready').length
    assert.equal(starts(), 2)
    // The same time of the same day again.
    await camera.one(setTime({ ...evening, hour: 4, min: 59, sec: 58 }))
    await new Promise((resolve) => setTimeout(resolve, 4000))
    assert.equal((await timeOf(camera)).hour, 5)
    assert.equal(starts(), 2)
  } finally {
    await camera.stop()
  }
})
