import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlarmEvent } from '../../alarm/event.ts'
import type { Principal } from '../../auth/types.ts'
import { silentLog } from '../../base/log.ts'
import { manualTime } from '../../base/timers.ts'
import { Subscriptions, type SubscriptionsOptions } from './subscriptions.ts'
import { TOPICS } from './topics.ts'
import type { Xml } from './xml-writer.ts'

const CONSUMER = { url: new URL('http://10.0.0.2/here'), address: '10.0.0.2' }
const motion = (id: number): AlarmEvent => ({
  id,
  channel: 0,
  kind: 'motion',
  startMs: 0,
  endMs: undefined,
  peakScore: 0,
  cells: new Uint8Array(450),
})

function setUp({ notify = async () => undefined }: Partial<SubscriptionsOptions> = {}) {
  const time = manualTime()
  const all = new Subscriptions({ clock: time.clock, timers: time, notify, log: silentLog })
  let end: () => void = () => undefined
  const principal: Principal = {
    user: { name: 'eve', level: 'guest' },
    session: undefined,
    onEnd: (listener) => {
      end = listener
      return () => undefined
    },
  }
  const wish = { principal, address: '10.0.0.2', topics: TOPICS, lifeMs: 60_000, consumer: undefined }
  const signal = new AbortController().signal
  const pull = (one: ReturnType<typeof all.create>, waitMs = 0) => all.pull(one, 100, waitMs, signal)
  return { time, all, wish, principal, pull, endRights: () => end() }
}

/** `IsMotion=true` or `State=true` of each message. */
function statesIn(messages: readonly Xml[]): string[] {
  return messages.map(({ source }) => {
    const [, operation] = /PropertyOperation="(\w+)"/.exec(source) ?? []
    const [, name, value] = /<tt:Data><tt:SimpleItem Name="(\w+)" Value="(\w+)"/.exec(source) ?? []
    return `${operation} ${name}=${value}`
  })
}

test('a subscription begins with the present state and is told of changes', async () => {
  const { all, wish, pull } = setUp()
  const one = all.create(wish)
  assert.deepEqual(statesIn(await pull(one)), ['Initialized IsMotion=false', 'Initialized State=false'])
  const waiting = pull(one, 10_000)
  all.began(motion(1))
  assert.deepEqual(statesIn(await waiting), ['Changed IsMotion=true', 'Changed State=true'])
  all.ended(motion(1))
  all.ended(motion(1))
  assert.deepEqual(statesIn(await pull(one)), ['Changed IsMotion=false', 'Changed State=false'])
  all.began(motion(2))
  assert.deepEqual(statesIn(await pull(all.create(wish))), [
    'Initialized IsMotion=true',
    'Initialized State=true',
  ])
})

test('other events than motion are not told as motion', async () => {
  const { all, wish, pull } = setUp()
  const one = all.create(wish)
  await pull(one)
  all.began({ ...motion(1), kind: 'covered' })
  assert.deepEqual(await pull(one), [])
})

test('who waits in vain gets nothing in time', async () => {
  const { all, wish, pull, time } = setUp()
  const one = all.create(wish)
  await pull(one)
  const waiting = pull(one, 5000)
  time.advance(5000)
  assert.deepEqual(await waiting, [])
})

test('it ends with its time, unless it is renewed, and with the rights of its user', () => {
  const { all, wish, principal, time, endRights } = setUp()
  const path = (id: string) => `/onvif/subscription/${id}`
  const one = all.create(wish)
  time.advance(50_000)
  all.renew(one, 60_000)
  time.advance(59_000)
  assert.equal(all.find(path(one.id), principal), one)
  time.advance(1000)
  assert.throws(() => all.find(path(one.id), principal), /no such subscription/)
  const other = all.create(wish)
  endRights()
  assert.throws(() => all.find(path(other.id), principal), /no such subscription/)
})

test('it is found by nobody else', () => {
  const { all, wish, principal } = setUp()
  const { id } = all.create(wish)
  const other = { ...principal, user: { name: 'mallory', level: 'admin' as const } }
  assert.throws(() => all.find(`/onvif/subscription/${id}`, other), /not yours/)
})

test('there are at most 8 of an address, and 32 in all', () => {
  const { all, wish } = setUp()
  for (let index = 0; index < 8; index += 1) all.create(wish)
  assert.throws(() => all.create(wish), /too many/)
  for (let index = 0; index < 24; index += 1) all.create({ ...wish, address: `10.0.1.${index}` })
  assert.throws(() => all.create({ ...wish, address: '10.0.2.1' }), /too many/)
})

test('what nobody fetches is forgotten, the oldest first', async () => {
  const { all, wish, pull } = setUp()
  const one = all.create(wish)
  for (let id = 0; id < 200; id += 1) {
    all.began(motion(id))
    all.ended(motion(id))
  }
  const messages = statesIn(await pull(one))
  assert.deepEqual([messages.length, messages.at(-1)], [100, 'Changed State=false'])
})

test('a consumer is told, again after a failure, and given up after three', async () => {
  const told: string[][] = []
  let works = true
  const notify: SubscriptionsOptions['notify'] = async (_consumer, messages) => {
    if (!works) throw new Error('gone')
    told.push(statesIn(messages))
  }
  const { all, wish, principal, time } = setUp({ notify })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const { id } = all.create({ ...wish, consumer: CONSUMER })
  await settled()
  works = false
  all.began(motion(1))
  await settled()
  works = true
  time.advance(1000)
  await settled()
  assert.deepEqual(told.flat(), [
    'Initialized IsMotion=false',
    'Initialized State=false',
    'Changed IsMotion=true',
    'Changed State=true',
  ])
  works = false
  all.ended(motion(1))
  for (let round = 0; round < 3; round += 1) {
    await settled()
    time.advance(3000)
  }
  assert.throws(() => all.find(`/onvif/subscription/${id}`, principal), /no such subscription/)
})
