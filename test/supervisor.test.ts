/** The supervisor with real processes around a fake camera. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { manualClock } from '../src/base/clock.ts'
import { loadConfig } from '../src/config/load.ts'
import { Supervisor } from '../src/supervisor.ts'
import type { Act } from './fakes/camera-process.ts'

const FAKE = join(import.meta.dirname, 'fakes/camera-process.ts')

function dataFolder(t: TestContext, acts: readonly Act[]): string {
  const data = mkdtempSync(join(tmpdir(), 'vedette-supervisor-'))
  t.after(() => rmSync(data, { recursive: true, force: true }))
  writeFileSync(join(data, 'acts.json'), JSON.stringify(acts))
  return data
}

function lines(data: string, name: string): string[] {
  return existsSync(join(data, name)) ? readFileSync(join(data, name), 'utf8').trim().split('\n') : []
}

interface Run {
  readonly exitCode: number
  readonly delaysMs: unknown[]
  readonly complaints: string[]
  readonly starts: number
}

/** Runs the acts to the end; `healthyMs` 0 makes every camera that became ready a healthy one. */
async function runActs(t: TestContext, acts: readonly Act[], healthyMs = 60_000): Promise<Run> {
  const data = dataFolder(t, acts)
  const delaysMs: unknown[] = []
  const complaints: string[] = []
  const supervisor = new Supervisor({
    config: await loadConfig(
      new Map([
        ['data', data],
        ['log-level', 'silent'],
      ]),
      {},
    ),
    program: FAKE,
    environment: process.env,
    clock: manualClock(),
    log: (_level, _message, fields) => fields && delaysMs.push(fields.delayMs),
    complain: (sentence) => complaints.push(sentence),
    ready: () => {},
    restartDelaysMs: [0, 1, 2],
    healthyMs,
    stopMs: 1000,
  })
  const exitCode = await supervisor.run()
  return { exitCode, delaysMs, complaints, starts: lines(data, 'starts').length }
}

test('restarts a camera that throws, rejects or dies, waiting longer each time', async (t) => {
  const run = await runActs(t, ['throw', 'reject', 'die', 'throw', 'shutdown'])
  assert.deepEqual(run, { exitCode: 0, delaysMs: [0, 1, 2, 2], complaints: [], starts: 5 })
})

test('begins the waiting times anew after a healthy time', async (t) => {
  const run = await runActs(t, ['throw', 'throw', 'throw', 'shutdown'], 0)
  assert.deepEqual(run.delaysMs, [0, 0, 0])
})

test('restarts without waiting when the camera asks for it', async (t) => {
  const run = await runActs(t, ['reboot', 'reboot', 'shutdown'])
  assert.deepEqual(run, { exitCode: 0, delaysMs: [], complaints: [], starts: 3 })
})

test('says one sentence and ends when the first start fails', async (t) => {
  const run = await runActs(t, ['fail'])
  const complaints = ['The database in ./data is from a newer version; update.']
  assert.deepEqual(run, { exitCode: 1, delaysMs: [], complaints, starts: 1 })
})

test('does not repeat a first start that ends without a word', async (t) => {
  const run = await runActs(t, ['exit early'])
  const complaints = ['The camera process ended unexpectedly (exit code 7).']
  assert.deepEqual(run, { exitCode: 1, delaysMs: [], complaints, starts: 1 })
})

test('keeps trying when a later start fails', async (t) => {
  const run = await runActs(t, ['throw', 'fail', 'exit early', 'shutdown'])
  assert.deepEqual(run, { exitCode: 0, delaysMs: [0, 1, 2], complaints: [], starts: 4 })
})

/** A supervisor in its own process, and its output line by line. */
async function startProgram(t: TestContext, data: string): Promise<{ program: ChildProcess; ready: string }> {
  const program = spawn(process.execPath, [join(import.meta.dirname, 'fakes/main.ts'), data])
  t.after(() => program.kill('SIGKILL'))
  const output = createInterface(program.stdout)
  let ready = ''
  for await (const line of output) {
    if (line === 'supervisor knows') break
    if (line.includes('"msg":"ready"')) ready = line
  }
  return { program, ready }
}

/** Resolves when the process is gone; fails the test by its time limit if it never is. */
async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '))
    await new Promise((resolve) => setTimeout(resolve, 5))
}

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(`stops the camera cleanly on ${signal}`, { timeout: 10_000 }, async (t) => {
    const data = dataFolder(t, ['run'])
    const { program, ready } = await startProgram(t, data)
    program.kill(signal)
    const [exitCode] = await once(program, 'exit')
    assert.equal(exitCode, 0)
    assert.deepEqual(lines(data, 'stops'), ['stopped'])
    const { http, https, rtmp } = JSON.parse(ready)
    assert.deepEqual({ http, https, rtmp }, { http: 18080, https: 18443, rtmp: 11935 })
  })

test('kills a stuck camera and its engine within three seconds', { timeout: 10_000 }, async (t) => {
  const data = dataFolder(t, ['stuck'])
  const { program } = await startProgram(t, data)
  while (lines(data, 'engine').length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  const before = performance.now()
  program.kill('SIGTERM')
  const [exitCode] = await once(program, 'exit')
  assert.equal(exitCode, 0)
  assert.ok(performance.now() - before < 3000)
  await gone(Number(lines(data, 'engine')[0]))
  await gone(Number(lines(data, 'starts')[0]))
})

test('the camera stops when its supervisor is killed', { timeout: 10_000 }, async (t) => {
  const data = dataFolder(t, ['run'])
  const { program } = await startProgram(t, data)
  program.kill('SIGKILL')
  await gone(Number(lines(data, 'starts')[0]))
  assert.deepEqual(lines(data, 'stops'), ['stopped'])
})
