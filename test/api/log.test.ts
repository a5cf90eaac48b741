/** GetLog and DelLog: filters, times and bounds, and who gets to see them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { LogEvent } from '../../src/system/log-event.ts'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())

interface Entry extends Required<Omit<LogEvent, 'address'>> {
  readonly id: number
  readonly ip: string
  readonly Time: Readonly<Record<'year' | 'mon' | 'day' | 'hour' | 'min' | 'sec', number>>
}

async function getLog(Log?: unknown): Promise<{ Log: Entry[]; total: number; rspCode: number }> {
  const answer = await api.one({ cmd: 'GetLog', ...(Log === undefined ? {} : { param: { Log } }) })
  assert.equal(answer.code, 0, JSON.stringify(answer))
  return answer.value as never
}

const refusal = async (Log: unknown) => (await api.one({ cmd: 'GetLog', param: { Log } })).error?.rspCode

/** Sets the camera's clock, in UTC. */
async function setTime(time: string): Promise<void> {
  const [year, mon, day, hour, min, sec] = time.split(/\D/).map(Number)
  const Time = { year, mon, day, hour, min, sec, timeZone: 0 }
  assert.equal((await api.one({ cmd: 'SetTime', param: { Time } })).code, 0)
}

const note = (detail: string, type: LogEvent['type'] = 'alarm') => api.parts.deviceLog.write({ type, detail })
const details = ({ Log }: { Log: Entry[] }) => Log.map(({ detail }) => detail)

test('an entry has all members, and rspCode 200 stands beside the list', async () => {
  await setTime('2016-06-16 15:24:47')
  api.parts.deviceLog.write({ type: 'disk', detail: 'x', userName: 'anna', address: '10.0.0.2' })
  const answer = await getLog({ type: 'disk', max: 1 })
  assert.deepEqual(Object.keys(answer).sort(), ['Log', 'rspCode', 'total'])
  assert.equal(answer.rspCode, 200)
  const [{ id, Time, ...entry } = assert.fail()] = answer.Log
  assert.deepEqual(entry, { type: 'disk', detail: 'x', userName: 'anna', ip: '10.0.0.2' })
  assert.ok(id > 0)
  const { sec, ...rest } = Time
  assert.deepEqual(rest, { year: 2016, mon: 6, day: 16, hour: 15, min: 24 })
  assert.ok(sec >= 47)
})

test('the newest is first also when the clock was set back', async () => {
  await setTime('2030-01-01 00:00:00')
  note('before')
  await setTime('2020-01-01 00:00:00')
  note('after')
  assert.deepEqual(details(await getLog({ type: 'alarm', max: 2 })), ['after', 'before'])
})

test('times are of the camera, both ends are included, and total counts all that match', async () => {
  await api.one({ cmd: 'DelLog' })
  for (const at of ['10:00:00', '11:00:00', '12:00:00']) {
    await setTime(`2024-03-05 ${at}`)
    note(at)
    // Entries are kept with the time of the clock when they are noted.
    await getLog({ max: 1 })
  }
  const day = { year: 2024, mon: 3, day: 5 }
  const at = (hour: number, min = 0, sec = 0) => ({ ...day, hour, min, sec })
  const ask = async (filter: object) => details(await getLog({ type: 'alarm', ...filter }))
  assert.deepEqual(await ask({ StartTime: at(11) }), ['12:00:00', '11:00:00'])
  assert.deepEqual(await ask({ EndTime: at(11, 0, 59) }), ['11:00:00', '10:00:00'])
  assert.deepEqual(await ask({ StartTime: at(10, 30), EndTime: at(11, 30) }), ['11:00:00'])
  assert.deepEqual(await ask({ StartTime: day, EndTime: day }), ['12:00:00', '11:00:00', '10:00:00'])
  const page = await getLog({ type: 'alarm', max: 1 })
  assert.equal(page.total, 3)
  assert.equal(page.Log.length, 1)

  // Two hours west of UTC the same entries happened two hours earlier.
  await api.one({ cmd: 'SetTime', param: { Time: { timeZone: 7200 } } })
  assert.deepEqual(await ask({ StartTime: at(9), EndTime: at(9, 30) }), ['11:00:00'])
  assert.equal((await getLog({ type: 'alarm', max: 1 })).Log[0]?.Time.hour, 10)
  await api.one({ cmd: 'SetTime', param: { Time: { timeZone: 0 } } })
})

test('the end of a range in an hour that comes twice is the second one', async () => {
  const rule = { startMon: 3, startWeek: 5, startWeekday: 0, startHour: 2, endMon: 10, endWeek: 5 }
  const Dst = { ...rule, enable: 1, endWeekday: 0, endHour: 3, offset: 1 }
  await setTime('2025-10-26 01:40:00')
  note('second half past two')
  await getLog({ max: 1 })
  // One hour east; summer time ends at 01:00 UTC.
  await api.one({ cmd: 'SetTime', param: { Dst, Time: { timeZone: -3600 } } })
  const moment = { year: 2025, mon: 10, day: 26, hour: 2, min: 50, sec: 0 }
  assert.deepEqual(details(await getLog({ type: 'alarm', max: 1, EndTime: moment })), [
    'second half past two',
  ])
  await api.one({ cmd: 'SetTime', param: { Dst: { enable: 0 }, Time: { timeZone: 0 } } })
})

test('what is out of range is refused', async () => {
  const day = { year: 2024, mon: 3, day: 5 }
  for (const bad of [
    'x',
    7,
    [],
    { type: 'nonsense' },
    { type: 7 },
    { max: 0 },
    { max: 1001 },
    { max: 1.5 },
    { StartTime: 'x' },
    { StartTime: null },
    { StartTime: { ...day, mon: 13 } },
    { StartTime: { year: 2023, mon: 2, day: 29 } },
    { EndTime: { ...day, sec: 60 } },
    { StartTime: { ...day, day: 6 }, EndTime: day },
  ]) {
    assert.equal(await refusal(bad), -4, JSON.stringify(bad))
  }
  assert.equal(await refusal({ StartTime: { year: 2024, mon: 3 } }), -23)
})

test('whatever stands in a filter, the answer is a list or -4 or -23', async () => {
  const value = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.boolean(), fc.double())
  const time = fc.oneof(
    value,
    fc.record(
      {
        year: fc.integer({ min: 1899, max: 2101 }),
        mon: fc.integer({ min: 0, max: 13 }),
        day: fc.integer({ min: 0, max: 32 }),
        hour: fc.integer({ min: -1, max: 24 }),
        min: value,
      },
      { requiredKeys: [] },
    ),
  )
  const filter = fc.record(
    {
      type: fc.oneof(value, fc.constantFrom('all', 'login', 'LOGIN')),
      StartTime: time,
      EndTime: time,
      max: value,
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(filter, value), async (Log) => {
      const answer = await api.one({ cmd: 'GetLog', param: { Log } })
      if (answer.code === 0) assert.ok(Array.isArray(answer.value?.Log))
      else assert.ok([-4, -23].includes(answer.error!.rspCode), JSON.stringify(answer))
    }),
    { numRuns: 300 },
  )
})

test('no more than asked for, and at most 100 unless asked for more', async () => {
  for (let index = 0; index < 130; index += 1) note(`entry ${index}`, 'record')
  assert.equal((await getLog()).Log.length, 100)
  assert.equal((await getLog({ max: 120 })).Log.length, 120)
  const { Log, total } = await getLog({ type: 'record', max: 1000 })
  assert.equal(Log.length, 130)
  assert.equal(total, 130)
})

test('the same thing again within a second is told with how often', async () => {
  for (let times = 0; times < 3; times += 1) note('again', 'network')
  assert.deepEqual(details(await getLog({ type: 'network' })), ['again (3 times)'])
})

test('a guest neither reads nor clears the log', async () => {
  for (const cmd of ['GetLog', 'DelLog']) {
    assert.equal((await api.one({ cmd }, { token: api.guestToken })).error?.rspCode, -26)
  }
})

test('a clear leaves who did it from where', async () => {
  note('gone')
  const [answer] = await api.send(`/api.cgi?cmd=DelLog&token=${api.adminToken}`, '')
  assert.equal(answer?.code, 0)
  const { Log, total } = await getLog()
  assert.equal(total, 1)
  const { detail, userName, ip, type } = Log[0]!
  assert.deepEqual(
    { detail, userName, ip, type },
    { detail: 'log cleared', userName: 'admin', ip: '127.0.0.1', type: 'system' },
  )
})

test('changes are noted with who made them and what they are called, never with what was set', async () => {
  const set = (param: object) => api.one({ cmd: 'SetOsd', param: { Osd: param } })
  await api.one({ cmd: 'DelLog' })
  await set({ osdChannel: { name: 'Front door', enable: 0 } })
  await set({ osdChannel: { name: 'Front door', enable: 0 } })
  await set({ osdChannel: { name: 'x'.repeat(500) } })
  await api.one({
    cmd: 'AddUser',
    param: { User: { userName: 'eve', password: 'canary-1', level: 'guest' } },
  })
  await api.one({
    cmd: 'ModifyUser',
    param: { User: { userName: 'eve', password: 'canary-2', level: 'admin' } },
  })
  await api.one({ cmd: 'Login', param: { User: { userName: 'canary-3', password: 'canary-4' } } })
  await api.one({ cmd: 'Login', param: { User: { userName: 'eve', password: 'canary-5' } } })
  const sessionId = (await api.parts.access.guard.login('eve', ['canary-2'], '10.0.0.3')).session.id
  await api.one({ cmd: 'Disconnect', param: { User: { userName: 'eve', sessionId } } })
  await api.one({ cmd: 'DelUser', param: { User: { userName: 'eve' } } })
  await api.one({ cmd: 'Reboot' })
  const { Log } = await getLog()
  assert.deepEqual(Log.map(({ detail, userName }) => `${userName}: ${detail}`).reverse(), [
    'admin: log cleared',
    'admin: Osd.osdChannel.enable, Osd.osdChannel.name changed',
    'admin: user eve (guest) added',
    'admin: password of user eve changed, level admin',
    ': login failed: no such user',
    'eve: login failed',
    'eve: login',
    `admin: session ${sessionId} of eve disconnected`,
    'admin: user eve deleted',
    'admin: reboot asked for',
  ])
  assert.doesNotMatch(JSON.stringify(Log), /canary|Front/)
})
