/** The time line over HTTP, on a clock whose autumn hour comes twice. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { Guard, Principal } from '../../src/auth/types.ts'
import { fromLocal, lastFromLocal, type Zone } from '../../src/base/local-time.ts'
import { silentLog } from '../../src/base/log.ts'
import { recordingName } from '../../src/recorder/names.ts'
import { createTimelineHandler } from '../../src/servers/http/timeline.ts'

/** Central Europe: 2026-10-25 has 02:00 to 03:00 twice, 2026-03-29 not at all. */
const BERLIN: Zone = {
  utcOffsetSeconds: 3600,
  daylightSaving: {
    start: { month: 3, week: 5, weekday: 0, hour: 2, minute: 0, second: 0 },
    end: { month: 10, week: 5, weekday: 0, hour: 3, minute: 0, second: 0 },
    offsetSeconds: 3600,
  },
}
const at = (day: number, month: number, hour: number, minute: number) =>
  ({ year: 2026, month, day, hour, minute, second: 0 }) as const

test('an end in the hour that comes twice is its second time, a begin its first', () => {
  const first = Date.UTC(2026, 9, 25, 0, 30)
  assert.equal(fromLocal(BERLIN, at(25, 10, 2, 30)), first)
  assert.equal(lastFromLocal(BERLIN, at(25, 10, 2, 30)), first + 3600_000)
  assert.equal(lastFromLocal(BERLIN, at(25, 10, 3, 30)), first + 2 * 3600_000)
  assert.equal(lastFromLocal(BERLIN, at(25, 10, 1, 30)), first - 3600_000)
  // The hour that is left out, and ordinary days of both halves of the year.
  for (const local of [
    at(29, 3, 2, 30),
    at(29, 3, 1, 30),
    at(29, 3, 3, 30),
    at(1, 7, 12, 0),
    at(1, 12, 12, 0),
  ])
    assert.equal(lastFromLocal(BERLIN, local), fromLocal(BERLIN, local))
})

test('names of the hour that comes twice differ and are in order', () => {
  const start = Date.UTC(2026, 9, 24, 23, 50)
  const names = Array.from({ length: 36 }, (_, index) => recordingName(start + index * 300_000, 'main'))
  assert.equal(new Set(names).size, names.length)
  assert.deepEqual(names.toSorted(), names)
})

test('the time line gives recordings and motion of a time', async () => {
  const guard = {
    authenticate: async () =>
      ({ user: { name: 'eve', level: 'guest' }, session: undefined }) as unknown as Principal,
  } as unknown as Guard
  let may = true
  const asked: number[][] = []
  const handler = createTimelineHandler({
    guard,
    mayReplay: () => may,
    instantOf: (text) => (/^\d+$/.test(text) ? Number(text) * 1000 : undefined),
    recordings: (_stream, fromMs, toMs) => {
      asked.push([fromMs, toMs])
      return [{ id: 7, name: 'a', startMs: 1, endMs: 2, sizeBytes: 3, runUpMs: 4 }]
    },
    withThumbnail: (ids) => new Set(ids),
    thumbnail: () => undefined,
    motion: (_from, _to, stepS) => Uint8Array.of(stepS, 255),
    log: silentLog,
  })
  const server = createServer(handler).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/timeline?start=10&end=20&step=5`
  assert.deepEqual(await (await fetch(url)).json(), {
    start: 10_000,
    end: 20_000,
    recordings: [{ name: 'a', start: 1, end: 2, size: 3, runUp: 4, thumbnail: true }],
    motion: { start: 10_000, step: 5, levels: Buffer.of(5, 255).toString('base64') },
  })
  assert.deepEqual(asked, [[10_000, 20_000]])
  may = false
  assert.ok([401, 403].includes((await fetch(url)).status))
  server.closeAllConnections()
  server.close()
})
