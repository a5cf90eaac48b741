import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Period, sensitivityAt } from './sensitivity.ts'

const period = (begin: string, end: string, sensitivity: number): Period => {
  const [beginHour, beginMin] = begin.split(':').map(Number) as [number, number]
  const [endHour, endMin] = end.split(':').map(Number) as [number, number]
  return { beginHour, beginMin, endHour, endMin, sensitivity }
}
const at = (periods: readonly Period[], time: string) => {
  const [hour, minute] = time.split(':').map(Number) as [number, number]
  return sensitivityAt(periods, { year: 2026, month: 11, day: 23, hour, minute, second: 0 })
}

test('a period holds from its first minute to before its last', () => {
  const day = [
    period('0:0', '6:0', 1),
    period('6:0', '12:0', 2),
    period('12:0', '18:0', 3),
    period('18:0', '23:59', 4),
  ]
  for (const [time, expected] of [
    ['0:00', 1],
    ['5:59', 1],
    ['6:00', 2],
    ['11:59', 2],
    ['12:00', 3],
    ['18:00', 4],
    ['23:58', 4],
    ['23:59', 4],
  ] as const)
    assert.equal(at(day, time), expected, time)
})

test('outside of all periods the last one counts (Q-103)', () => {
  const gaps = [
    period('2:0', '6:0', 1),
    period('7:0', '12:0', 2),
    period('14:0', '18:0', 3),
    period('20:0', '23:0', 4),
  ]
  for (const time of ['0:30', '6:30', '13:00', '19:00', '23:30']) assert.equal(at(gaps, time), 4, time)
})

test('a period may go over midnight, an empty one holds never, and of two the first one counts', () => {
  const periods = [
    period('23:0', '23:0', 1),
    period('22:30', '5:15', 2),
    period('5:0', '12:0', 3),
    period('12:0', '13:0', 4),
  ]
  for (const [time, expected] of [
    ['22:29', 4],
    ['22:30', 2],
    ['23:00', 2],
    ['0:00', 2],
    ['5:14', 2],
    ['5:15', 3],
    ['15:00', 4],
  ] as const)
    assert.equal(at(periods, time), expected, time)
  assert.equal(at([period('23:59', '23:59', 7), period('1:0', '2:0', 8)], '23:59'), 8)
})

test('without any period the factory value counts', () => assert.equal(at([], '12:00'), 9))
