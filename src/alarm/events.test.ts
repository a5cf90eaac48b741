import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { AlarmEventStore } from '../store/alarm-events.ts'
import { Database } from '../store/database.ts'
import type { LogEvent } from '../system/log-event.ts'
import { type AlarmEvent, EVENT_KINDS } from './event.ts'
import { AlarmEvents, type EventRows } from './events.ts'

const START_MS = Date.UTC(2026, 10, 23, 12)

function eventsOn(rows: EventRows, clock = manualClock(START_MS)) {
  const notes: LogEvent[] = []
  const told: string[] = []
  const last: AlarmEvent[] = []
  const events = new AlarmEvents({ rows, clock, note: (event) => notes.push(event), log: silentLog })
  events.listen({
    began: (event) => told.push(`began ${event.kind} ${event.id}`),
    ended: (event) => {
      told.push(`ended ${event.kind} ${event.id}`)
      last.push(event)
    },
  })
  events.start()
  return { events, clock, notes, told, last }
}

function withStore(use: (open: (maxRows?: number) => AlarmEventStore) => void): void {
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-events-'))
  let database: Database | undefined
  try {
    use((maxRows) => {
      database?.close()
      database = new Database({ dataDir, clock: manualClock(), log: silentLog })
      return new AlarmEventStore(database, maxRows)
    })
  } finally {
    database?.close()
    rmSync(dataDir, { recursive: true })
  }
}

const bits = (...bytes: number[]) => Uint8Array.from({ length: 450 }, (_, at) => bytes[at] ?? 0)

test('an event is stored with its peak and all its cells, noted once, and told when it begins and ends', () =>
  withStore((open) => {
    const rows = open()
    const { events, clock, notes, told, last } = eventsOn(rows)
    events.begin(0, 'motion', { sinceMs: 150 })
    events.begin(0, 'motion')
    events.add(0, 'motion', 0.02, bits(0b1000))
    events.add(0, 'motion', 0.3, bits(0b0001, 0b1))
    events.add(0, 'motion', 0.1, bits())
    assert.equal(rows.between(0, START_MS - 1000, START_MS + 1000, 10)[0]!.endMs, undefined)
    assert.equal(events.ongoing(0, 'motion')?.peakScore, 0.3)
    clock.advance(5000)
    events.end(0, 'motion')
    events.end(0, 'motion')
    assert.equal(events.ongoing(0, 'motion'), undefined)
    assert.deepEqual(told, ['began motion 1', 'ended motion 1'])
    assert.deepEqual(notes, [{ type: 'alarm', detail: 'motion detected' }])
    const [row, ...others] = rows.between(0, START_MS, START_MS + 1000, 10)
    assert.deepEqual(others, [])
    assert.deepEqual(row, {
      ...{ id: 1, channel: 0, kind: 'motion', startMs: START_MS - 150, endMs: START_MS + 5000 },
      ...{ peakScore: 0.3, cells: bits(0b1001, 0b1) },
    })
    assert.deepEqual(last, [row])
  }))

test('what is known when it begins is stored and told then: a kill leaves why it alarmed', () =>
  withStore((open) => {
    const rows = open()
    const { events } = eventsOn(rows)
    const begun: AlarmEvent[] = []
    events.listen({ began: (event) => begun.push(event), ended: () => undefined })
    events.begin(0, 'motion', { score: 0.25, cells: bits(0b11) })
    assert.deepEqual([begun[0]!.peakScore, begun[0]!.cells[0]], [0.25, 0b11])
    const [row] = open().between(0, START_MS - 1, START_MS + 1, 1)
    assert.deepEqual([row!.peakScore, row!.cells], [0.25, bits(0b11)])
  }))

test('each kind goes on by itself, and what goes on ends when the camera stops', () =>
  withStore((open) => {
    const { events, notes, told } = eventsOn(open())
    for (const kind of EVENT_KINDS) events.begin(0, kind)
    events.stop()
    assert.deepEqual(
      told,
      ['began', 'ended'].flatMap((what) => EVENT_KINDS.map((kind, index) => `${what} ${kind} ${index + 1}`)),
    )
    assert.equal(new Set(notes.map(({ detail }) => detail)).size, EVENT_KINDS.length)
  }))

test('what a crash cut off is ended at the next start, and no number is given twice', () =>
  withStore((open) => {
    const { events } = eventsOn(open())
    events.begin(0, 'motion')
    const late = eventsOn(open(), manualClock(START_MS + 2000))
    late.events.begin(0, 'covered')
    assert.deepEqual(late.told, ['began covered 2'])
    const days = open()
    eventsOn(days, manualClock(START_MS + 86_400_000))
    const ends = days.between(0, 0, START_MS * 2, 10).map(({ id, endMs }) => [id, endMs! - START_MS])
    assert.deepEqual(ends, [
      [1, 2000],
      [2, 62_000],
    ])
  }))

test('the oldest events go first', () =>
  withStore((open) => {
    const rows = open(3)
    const { events } = eventsOn(rows)
    for (let round = 0; round < 5; round += 1) {
      events.begin(0, 'motion')
      events.end(0, 'motion')
    }
    assert.deepEqual(
      rows.between(0, 0, START_MS * 2, 10).map(({ id }) => id),
      [3, 4, 5],
    )
  }))

test('neither a full disk nor a listener that fails keeps others from being told', () => {
  const full = () => {
    throw new CameraError('write-failed', 'the disk is full')
  }
  const { events, told } = eventsOn({ lastId: 7, insert: full, end: full, endCutOff: full })
  events.listen({
    began: () => {
      throw new Error('it fails')
    },
    ended: () => undefined,
  })
  const others: number[] = []
  events.listen({ began: ({ id }) => others.push(id), ended: () => undefined })
  events.begin(0, 'motion')
  events.end(0, 'motion')
  assert.deepEqual([told, others], [['began motion 8', 'ended motion 8'], [8]])
})

test('a clock that is set back makes no event that ends before it begins', () =>
  withStore((open) => {
    const rows = open()
    const clock = { wallMs: () => nowMs }
    let nowMs = START_MS
    const events = new AlarmEvents({ rows, clock, note: () => undefined, log: silentLog })
    events.begin(0, 'motion')
    nowMs -= 3_600_000
    events.end(0, 'motion')
    assert.equal(rows.between(0, 0, START_MS * 2, 1)[0]!.endMs, START_MS)
  }))
