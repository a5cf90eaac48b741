import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSupervisorLog } from './supervisor-log.ts'

test('writes one JSON line for what is severe enough', () => {
  const lines: string[] = []
  const log = createSupervisorLog('warn', (line) => lines.push(line))
  log('info', 'quiet')
  log('error', 'loud', { delayMs: 1000 })
  assert.equal(lines.length, 1)
  assert.ok(lines[0]!.endsWith('}\n'))
  const { time, ...rest } = JSON.parse(lines[0]!)
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000)
  assert.deepEqual(rest, { level: 'error', part: 'supervisor', delayMs: 1000, msg: 'loud' })
})
