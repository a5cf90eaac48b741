import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { cpuMsOf, Performance } from './performance.ts'

function setUp() {
  const clock = manualClock()
  const counters = { encodedBytes: 1e9, networkBytes: 5e9, ownCpuMs: 700, pids: [] as number[] }
  const performance = new Performance({
    clock,
    encodedBytes: () => counters.encodedBytes,
    networkBytes: () => counters.networkBytes,
    ownCpuMs: () => counters.ownCpuMs,
    otherPids: () => counters.pids,
    cores: 2,
  })
  return { clock, counters, performance }
}

const IDLE = { codecRate: 0, cpuUsed: 0, netThroughput: 0 }

test('rates are those of the last full interval', () => {
  const { clock, counters, performance } = setUp()
  assert.deepEqual(performance.load, IDLE)
  clock.advance(2000)
  counters.encodedBytes += 1_000_000
  counters.networkBytes += 250_000
  counters.ownCpuMs += 400
  performance.measure()
  const busy = { codecRate: 4000, cpuUsed: 10, netThroughput: 1000 }
  assert.deepEqual(performance.load, busy)
  clock.advance(1000)
  counters.encodedBytes += 1
  assert.deepEqual(performance.load, busy)
  clock.advance(1000)
  performance.measure()
  assert.deepEqual(performance.load, IDLE)
})

test('a reading before the first interval is over is that of the time so far', () => {
  const { clock, counters, performance } = setUp()
  clock.advance(500)
  counters.encodedBytes += 50_000
  assert.equal(performance.load.codecRate, 800)
})

test('nothing is below 0 or above 100 percent when a process ends or clocks are coarse', () => {
  const { clock, counters, performance } = setUp()
  counters.pids = [process.pid]
  performance.measure()
  counters.pids = []
  clock.advance(2000)
  performance.measure()
  assert.equal(performance.load.cpuUsed, 0)
  counters.ownCpuMs += 9000
  clock.advance(2000)
  performance.measure()
  assert.equal(performance.load.cpuUsed, 100)
})

test('the processor time of a process is that of the system', { skip: process.platform !== 'linux' }, () => {
  const { user, system } = process.cpuUsage()
  assert.ok(Math.abs(cpuMsOf(process.pid) - (user + system) / 1000) < 100)
  assert.equal(cpuMsOf(2 ** 30), 0)
})
