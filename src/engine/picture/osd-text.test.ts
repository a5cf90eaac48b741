import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UTC } from '../../base/local-time.ts'
import type { ClockSettings } from '../protocol.ts'
import { formatClock } from './osd-text.ts'

const clock: ClockSettings = {
  wallMs: 0,
  monotonicMs: 0,
  zone: UTC,
  dateFormat: 'MM/DD/YYYY',
  twelveHours: false,
}
const at = Date.UTC(2026, 10, 22, 23, 40, 16)

const CASES: readonly (readonly [Partial<ClockSettings>, number, string])[] = [
  [{}, at, '11/22/2026 SUN 23:40:16'],
  [{ dateFormat: 'YYYY/MM/DD' }, at, '2026/11/22 SUN 23:40:16'],
  [{ dateFormat: 'DD/MM/YYYY' }, at, '22/11/2026 SUN 23:40:16'],
  [{ twelveHours: true }, at, '11/22/2026 SUN 11:40:16 PM'],
  [{ twelveHours: true }, Date.UTC(2026, 0, 1, 0, 5, 9), '01/01/2026 THU 12:05:09 AM'],
  [{ twelveHours: true }, Date.UTC(2026, 0, 1, 12), '01/01/2026 THU 12:00:00 PM'],
  [{ zone: { ...UTC, utcOffsetSeconds: 3600 } }, at, '11/23/2026 MON 00:40:16'],
  [{ zone: { ...UTC, utcOffsetSeconds: -12_600 } }, at, '11/22/2026 SUN 20:10:16'],
]

for (const [change, wallMs, text] of CASES) {
  test(`writes ${text}`, () => assert.equal(formatClock(wallMs, { ...clock, ...change }), text))
}

test('changes exactly with the second', () => {
  assert.equal(formatClock(at + 999, clock), formatClock(at, clock))
  assert.match(formatClock(at + 1000, clock), /:17$/)
})
