/** GetAlarm, SetAlarm and GetMdState: what is taken, what is stored, what the detector is told. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { MotionSettings } from '../../src/motion/judge.ts'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())

const set = async (Alarm: object) => {
  const answer = await api.one({ cmd: 'SetAlarm', param: { Alarm } })
  return answer.error?.rspCode ?? answer.value?.rspCode
}
// biome-ignore lint/suspicious/noExplicitAny: the answer is compared as a whole.
const get = async (): Promise<any> => (await api.one({ cmd: 'GetAlarm' })).value?.Alarm
const told = () => (api.effects.at(-1) as { motion: MotionSettings }).motion

test('sensitivities without ids have those of their places, and stay in the order of their ids', async () => {
  const period = { beginHour: 7, beginMin: 30, endHour: 8, endMin: 0, sensitivity: 20 }
  assert.equal(await set({ sens: [period, { ...period, sensitivity: 30 }] }), 200)
  assert.deepEqual(
    (await get()).sens.map(({ id, sensitivity }: Record<string, number>) => [id, sensitivity]),
    [
      [0, 20],
      [1, 30],
    ],
  )
  assert.equal(
    await set({
      sens: [
        { ...period, id: 3, sensitivity: 4 },
        { ...period, id: 1, sensitivity: 5 },
      ],
    }),
    200,
  )
  assert.deepEqual(
    told().periods.map(({ sensitivity }) => sensitivity),
    [5, 4],
  )
  assert.equal(
    await set({
      sens: [
        { ...period, id: 3 },
        { ...period, id: 3 },
      ],
    }),
    -4,
  )
  assert.equal(await set({ sens: Array(5).fill(period) }), -4)
  assert.equal((await get()).sens.length, 2)
})

test('the scope reaches the detector, a bit for a cell, and enable switches it (Q-22)', async () => {
  const table = `${'1'.repeat(3)}${'0'.repeat(3596)}1`
  assert.equal(await set({ channel: 0, type: 'md', enable: 0, scope: { cols: 80, rows: 45, table } }), 200)
  const { isEnabled, scope } = told()
  assert.deepEqual([isEnabled, scope[0], scope[1], scope[449], scope.length], [false, 0b1110_0000, 0, 1, 450])
  assert.deepEqual([(await get()).enable, (await get()).scope.table], [0, table])
  assert.equal(await set({ enable: 1 }), 200)
  assert.equal(told().isEnabled, true)
  assert.equal((await get()).scope.table, table)
  assert.equal(await set({ scope: { cols: 60 } }), -4)
  assert.equal(await set({ scope: { table: '1'.repeat(3599) } }), -4)
  assert.equal(await set({ scope: { table: '1'.repeat(6400) } }), -22)
})

test('there is no alarm but md, in either direction (Q-104)', async () => {
  assert.equal(await set({ type: 'io' }), -9)
  assert.equal(await set({ type: 'MD' }), 200)
  const asked = (section: object) => api.one({ cmd: 'GetAlarm', param: { Alarm: section } })
  assert.equal((await asked({ channel: 0, type: 'io' })).error?.rspCode, -9)
  assert.equal((await asked({ channel: 0, type: 'md' })).code, 0)
  assert.equal((await asked({ channel: 0 })).code, 0)
})

test('GetMdState tells what the detector says, also by GET', async () => {
  const url = `/api.cgi?cmd=GetMdState&channel=0&token=${await api.freshToken()}`
  const [answer] = await api.send(url, '')
  assert.deepEqual(answer, { cmd: 'GetMdState', code: 0, value: { state: 0 } })
})
