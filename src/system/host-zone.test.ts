import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offsetSecondsAt } from '../base/local-time.ts'
import { type OffsetOf, zoneFromHost } from './host-zone.ts'

const NOW = Date.UTC(2026, 6, 1)

/** A zone of the database as a host would tell it. */
function hostIn(timeZone: string): OffsetOf {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  return (utcMs) => {
    const match = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(utcMs))!
    const seconds = Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60
    return match[1] === '-' ? -seconds : seconds
  }
}

for (const name of [
  'Europe/Berlin',
  'Europe/London',
  'Europe/Dublin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Sydney',
  'Pacific/Auckland',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'UTC',
]) {
  test(`${name} becomes a rule that holds for years`, () => {
    const host = hostIn(name)
    const zone = zoneFromHost(NOW, host)
    for (let ms = Date.UTC(2026, 0); ms < Date.UTC(2030, 0); ms += 11 * 3600_000) {
      assert.equal(offsetSecondsAt(zone, ms), host(ms), new Date(ms).toISOString())
    }
  })
}

// Half an hour saved, Ramadan, and a Sunday from the second of the month on.
for (const name of ['Australia/Lord_Howe', 'America/Santiago', 'Africa/Casablanca']) {
  test(`${name} is no rule of the guide: what is local time now stays`, () => {
    const host = hostIn(name)
    assert.deepEqual(zoneFromHost(NOW, host), { utcOffsetSeconds: host(NOW), daylightSaving: undefined })
  })
}
