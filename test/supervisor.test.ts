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
import { always, type Programs } from '../src/firmware/program.ts'
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
async function runActs(
  t: TestContext,
  acts: readonly Act[],
  healthyMs = 60_000,
  programs: Programs = always(FAKE),
  trialReadyMs = 60_000,
): Promise<Run> {
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
    programs,
    installation: '/nowhere',
    environment: process.env,
    clock: manualClock(),
    log: (_level, _message, fields) => fields && delaysMs.push(fields.delayMs),
    complain: (sentence) => complaints.push(sentence),
    ready: () => {},
    restartDelaysMs: [0, 1, 2],
    healthyMs,
    stopMs: 1000,
    trialReadyMs,
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

/** The first programs are on trial, the later ones are not; `outcomes` notes how the trials ended. */
function onTrial(trials: number, outcomes: string[], healthyMs = 5000): Programs {
  let starts = 0
  return {
    next: async () => {
      starts += 1
      const program = { file: FAKE, name: `start ${starts}` }
      if (starts > trials) return program
      return {
        ...program,
        trial: {
          healthyMs,
          proven: () => outcomes.push('proven'),
          failed: (why) => outcomes.push(why),
          interrupted: () => outcomes.push('interrupted'),
        },
      }
    },
    endedUnready: () => starts < 4,
  }
}

test('a version on trial that crashes is replaced at once, also at the first start', async (t) => {
  const outcomes: string[] = []
  const run = await runActs(
    t,
    ['exit early', 'fail', 'throw', 'die', 'shutdown'],
    60_000,
    onTrial(4, outcomes),
  )
  assert.deepEqual({ ...run, delaysMs: [] }, { exitCode: 0, delaysMs: [], complaints: [], starts: 5 })
  assert.deepEqual(outcomes, [
    'The camera process ended unexpectedly (exit code 7).',
    'The database in ./data is from a newer version; update.',
    'The camera process ended unexpectedly (exit code 1).',
    'The camera process ended unexpectedly (SIGSEGV).',
  ])
})

test('a version on trial that is not ready in time is replaced', async (t) => {
  const outcomes: string[] = []
  // Long enough for its process to come up, also beside others.
  const run = await runActs(t, ['never ready', 'shutdown'], 60_000, onTrial(1, outcomes), 4000)
  assert.equal(run.starts, 2)
  assert.deepEqual(outcomes, ['The camera was not ready within 4 s.'])
})

test('a version that stays long enough is proven; its crash is an ordinary one then', async (t) => {
  const outcomes: string[] = []
  const run = await runActs(t, ['throw', 'shutdown'], 60_000, onTrial(1, outcomes, 0))
  assert.deepEqual(outcomes, ['proven'])
  assert.equal(run.delaysMs.at(-1), 0)
})

test('a Reboot or Shutdown during a trial is no failure', async (t) => {
  const outcomes: string[] = []
  const run = await runActs(t, ['reboot', 'shutdown'], 60_000, onTrial(2, outcomes))
  assert.deepEqual([run.exitCode, run.starts, outcomes], [0, 2, []])
})

test('a start that ends without a word is repeated where another version may follow', async (t) => {
  const run = await runActs(t, ['exit early', 'exit early', 'shutdown'], 60_000, onTrial(0, []))
  assert.deepEqual([run.exitCode, run.starts, run.complaints], [0, 3, []])
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

test('kills a stuck camera and its engine within seconds', { timeout: 20_000 }, async (t) => {
  const data = dataFolder(t, ['stuck'])
  const { program } = await startProgram(t, data)
  while (lines(data, 'engine').length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  const before = performance.now()
  program.kill('SIGTERM')
  const [exitCode] = await once(program, 'exit')
  assert.equal(exitCode, 0)
  // The supervisor promises three; a busy machine takes its time to say so.
  assert.ok(performance.now() - before < 6000)
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
