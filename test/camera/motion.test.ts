/** Motion of the whole program: noticed at once, told, recorded with what was before, and over when it is over. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type Camera, startCamera, until } from './kit.ts'

/** A car comes into view 8.4 s after the start of the timeline, for more than 3 s. */
const SOURCE = 'scene:street?every=12&for=4&seed=0&light=day'
const IN_VIEW_MS = 8430
/** What is promised, a busy machine, and what is not known of the timeline's start. */
const LATEST_MS = 500 + 500

const stateOf = async (camera: Camera) =>
  (await camera.one({ cmd: 'GetMdState', param: { channel: 0 } })).value.state
const setAlarm = (camera: Camera, Alarm: object) =>
  camera.one({ cmd: 'SetAlarm', param: { Alarm: { channel: 0, type: 'md', ...Alarm } } })
const becomes = (camera: Camera, state: number, limitMs: number) =>
  until(`state ${state}`, async () => ((await stateOf(camera)) === state ? Date.now() : undefined), limitMs)

test('a car is noticed, recorded with what was before, and gone when it is gone', {
  timeout: 90_000,
}, async () => {
  const camera = await startCamera({ args: ['--source', SOURCE, '--record-on', 'motion'] })
  try {
    const started = camera.log.find(({ detail }) => String(detail).startsWith('camera started'))
    const startMs = Date.parse(String(started!.time))
    assert.equal(await stateOf(camera), 0)
    const noticedMs = await becomes(camera, 1, 20_000)
    const delayMs = noticedMs - startMs - IN_VIEW_MS
    assert.ok(delayMs > -300 && delayMs < LATEST_MS, `noticed after ${delayMs} ms`)

    // Settings count at once, in both directions.
    assert.equal((await setAlarm(camera, { enable: 0 })).code, 0)
    assert.equal(await stateOf(camera), 0)
    await setAlarm(camera, { enable: 1 })
    await becomes(camera, 1, LATEST_MS)
    const sky = { cols: 80, rows: 45, table: '1'.repeat(800) + '0'.repeat(2800) }
    await setAlarm(camera, { scope: sky })
    // There is nothing but sky in these cells: what was seen before goes on for its hold time.
    const overMs = await becomes(camera, 0, 6000)
    assert.ok(overMs - noticedMs < 6000)

    const { value } = await camera.one({ cmd: 'GetLog', param: { Log: { type: 'alarm' } } })
    assert.ok(JSON.stringify(value).includes('motion detected'))
    await camera.stop({ keepData: true })

    const data = new DatabaseSync(join(camera.dataDir, 'vedette.db'))
    const events = data.prepare('select * from alarm_event order by id').all()
    data.close()
    assert.equal(events.length, 2)
    const [event] = events
    assert.ok(Math.abs(Number(event!.start_ms) - noticedMs) < 1000)
    assert.ok(events.every((one) => one.kind === 'motion' && Number(one.end_ms) >= Number(one.start_ms)))
    assert.ok(Number(events.at(-1)!.peak_score) > 0.01)
    const index = new DatabaseSync(join(camera.dataDir, 'recordings.db'))
    const [first] = index.prepare("select * from recording where stream = 'main' order by start_ms").all()
    index.close()
    const aheadMs = Number(event!.start_ms) - Number(first!.start_ms)
    assert.ok(aheadMs > 4500, `the recording begins ${aheadMs} ms before the car`)

    // What moved is kept for each second: nothing first, then the car.
    const strip = new DatabaseSync(join(camera.dataDir, 'recordings.db'))
    const minutes = strip.prepare('select minute, levels from motion order by minute').all()
    strip.close()
    const levelAt = (utcMs: number) => {
      const minute = minutes.find((one) => one.minute === Math.floor(utcMs / 60_000))
      return (minute?.levels as Uint8Array | undefined)?.[Math.floor((utcMs % 60_000) / 1000)]
    }
    assert.equal(levelAt(Number(event!.start_ms) - 3000), 1)
    const levels = [0, 1000].map((laterMs) => levelAt(Number(event!.start_ms) + laterMs) ?? 0)
    assert.ok(Math.max(...levels) > 5, `${levels}`)
  } finally {
    await camera.stop()
  }
})
