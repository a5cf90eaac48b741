/** What the default camera costs while nobody watches, and how long it takes to start. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureJoin } from '../test/camera/viewer.ts'
import { cpuMs, memoryMib } from './process-cost.ts'
import { startProgram } from './program.ts'
import { median } from './statistics.ts'

interface Idle {
  readonly readyMs: number
  readonly firstKeyMs: number
  /** Percent of one core, by process. */
  readonly cpu: Readonly<Record<string, number>>
  readonly memory: Readonly<Record<string, { rss: number; pss: number }>>
}

const PROCESSES = {
  supervisor: 'src/main.ts',
  camera: 'camera-process',
  engine: 'engine/engine',
  recorder: 'recorder/process',
}

async function measureOnce(seconds: number): Promise<Idle> {
  const data = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  // The first start makes the certificate; what people live with is every later one.
  await (await startProgram('src/main.ts', ['--data', data])).stop()
  const started = performance.now()
  const camera = await startProgram('src/main.ts', ['--data', data])
  const readyMs = performance.now() - started
  const url = `http://127.0.0.1:${camera.ready.http}/flv?app=bcs&stream=channel0_main.bcs&user=admin&password=`
  await measureJoin(url)
  const firstKeyMs = performance.now() - started
  try {
    await sleep(5000)
    const pids = Object.entries(PROCESSES).map(([name, text]) => [name, camera.child(text)] as const)
    const before = pids.map(([, pid]) => cpuMs(pid))
    await sleep(seconds * 1000)
    const cpu = pids.map(
      ([name, pid], index) => [name, (cpuMs(pid) - before[index]!) / seconds / 10] as const,
    )
    const memory = pids.map(([name, pid]) => [name, memoryMib(pid)] as const)
    return { readyMs, firstKeyMs, cpu: Object.fromEntries(cpu), memory: Object.fromEntries(memory) }
  } finally {
    await camera.stop()
    rmSync(data, { recursive: true, force: true })
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Measures and gives the rows of the result page. */
export async function benchIdle({ rounds = 3, seconds = 20 } = {}): Promise<string> {
  const results: Idle[] = []
  for (let round = 0; round < rounds; round += 1) results.push(await measureOnce(seconds))
  const mid = (pick: (result: Idle) => number) => median(results.map(pick))
  const rows = Object.keys(PROCESSES).map((name) => {
    const cells = [
      mid(({ cpu }) => cpu[name]!).toFixed(1),
      mid(({ memory }) => memory[name]!.rss).toFixed(0),
      mid(({ memory }) => memory[name]!.pss).toFixed(0),
    ]
    return `| ${name} | ${cells.join(' | ')} |`
  })
  const sum = (values: Readonly<Record<string, number>>) =>
    Object.values(values).reduce((one, other) => one + other, 0)
  const total = [
    mid(({ cpu }) => sum(cpu)).toFixed(1),
    '',
    mid(({ memory }) =>
      sum(Object.fromEntries(Object.entries(memory).map(([name, { pss }]) => [name, pss]))),
    ).toFixed(0),
  ]
  return [
    '| process | CPU, % of one core | RSS, MiB | PSS, MiB |',
    '|---|---|---|---|',
    ...rows,
    `| all | ${total.join(' | ')} |`,
    '',
    `Ready ${mid(({ readyMs }) => readyMs).toFixed(0)} ms after its start, first key frame at a viewer after ${mid(({ firstKeyMs }) => firstKeyMs).toFixed(0)} ms.`,
  ].join('\n')
}

if (import.meta.main)
  console.log(await benchIdle(process.argv.includes('--quick') ? { rounds: 1, seconds: 10 } : {}))
