/**
 * What a live viewer costs: server CPU per viewer-second, time to join, memory, and that one viewer that never
 * reads harms nobody. The camera's engine takes no part; peers that are installed get the same clip in the same
 * rounds. Prints Markdown. Two rounds take four minutes; quote `--rounds 4` or more. `--quick` takes under a
 * minute and is not to be quoted. `--only rtsp` leaves the other protocols out.
 */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { ClipOptions } from '../src/media/test-clip.ts'
import type { Load, LoadResult } from './fan-out-load.ts'
import {
  type BenchServer,
  type BenchServerKind,
  LOAD_CORE,
  recordClip,
  SERVERS,
  spawnOn,
} from './fan-out-servers.ts'
import { processor } from './machine.ts'
import { cpuMs, residentMib, treeOf } from './process-cost.ts'
import { median, percentile } from './statistics.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
})
const QUICK = options.quick
const ROUNDS = QUICK ? 1 : Number(options.rounds)
const WINDOW_MS = QUICK ? 1000 : 4000
const MANY = QUICK ? 50 : 200
const SHAPE: ClipOptions = {
  seconds: 10,
  width: 1280,
  height: 720,
  frameRate: 15,
  rateKbps: 2000,
  gopSeconds: 2,
  audio: false,
}

/** One line of the table: what is measured on each server that can do it. */
interface Case {
  readonly protocol: Load['protocol']
  readonly audio: boolean
  readonly viewers: number
}

const ALL_CASES: readonly Case[] = [
  ...(QUICK ? [] : [{ protocol: 'rtmp', audio: false, viewers: 10 } as const]),
  { protocol: 'rtmp', audio: false, viewers: MANY },
  { protocol: 'flv', audio: false, viewers: MANY },
  { protocol: 'rtmp', audio: true, viewers: MANY },
  { protocol: 'flv', audio: true, viewers: MANY },
  ...(QUICK ? [] : [{ protocol: 'rtsp', audio: false, viewers: 100 } as const]),
  { protocol: 'rtsp', audio: false, viewers: MANY },
]
const CASES = ALL_CASES.filter(({ protocol }) => options.only === undefined || protocol === options.only)

const folder = mkdtempSync(join(tmpdir(), 'fan-out-'))
const clips = { silent: recordClip(folder, SHAPE), sound: recordClip(folder, { ...SHAPE, audio: true }) }

interface Measurement extends LoadResult {
  readonly server: string
  readonly of: Case
  /** Server CPU, ms per viewer and second. */
  readonly cost: number
  readonly residentMib: number
}

async function measure(server: BenchServer, name: string, of: Case, stalled = false): Promise<Measurement> {
  const load: Load = { ...server.targets[of.protocol]!, protocol: of.protocol, viewers: of.viewers, stalled }
  const program = join(import.meta.dirname, 'fan-out-load.ts')
  const child = spawnOn(LOAD_CORE, [process.execPath, program, JSON.stringify(load)], true)
  await once(child, 'message')
  const startMs = performance.now()
  const startCpuMs = cpuMs(...treeOf(server.pid))
  await pause(stalled ? WINDOW_MS * 2 : WINDOW_MS)
  const usedMs = cpuMs(...treeOf(server.pid)) - startCpuMs
  const seconds = (performance.now() - startMs) / 1000
  const resident = residentMib(server.pid)
  child.send('stop')
  const [result] = (await once(child, 'message')) as [LoadResult]
  await once(child, 'exit')
  return { ...result, server: name, of, cost: usedMs / seconds / of.viewers, residentMib: resident }
}

async function round(kinds: readonly BenchServerKind[]): Promise<Measurement[]> {
  const results: Measurement[] = []
  for (const audio of [false, true]) {
    for (const kind of kinds) {
      const cases = CASES.filter((of) => of.audio === audio && kind.protocols.includes(of.protocol))
      if (cases.length === 0) continue
      const server = await kind.start(audio ? clips.sound : clips.silent)
      try {
        for (const of of cases) results.push(await measure(server, kind.name, of))
      } finally {
        await server.stop()
      }
    }
  }
  return results
}

/** Median over the rounds of the camera's cost divided by that of the other in the same round. */
function ratio(all: readonly Measurement[], of: Case, other: string): string {
  const costs = (server: string) =>
    all.filter((one) => one.server === server && one.of === of).map(({ cost }) => cost)
  const camera = costs('camera')
  const theirs = costs(other)
  if (other === 'camera' || theirs.length === 0) return ''
  return median(camera.map((cost, index) => cost / theirs[index]!)).toFixed(2)
}

function row(all: readonly Measurement[], of: Case, server: string): string | undefined {
  const some = all.filter((one) => one.of === of && one.server === server)
  if (some.length === 0) return undefined
  const costs = some.map(({ cost }) => cost)
  const joins = some.flatMap(({ joinMs }) => joinMs)
  const cells = [
    of.protocol.toUpperCase(),
    of.audio ? 'yes' : 'no',
    of.viewers,
    server,
    `${median(costs).toFixed(3)} (${Math.min(...costs).toFixed(3)}–${Math.max(...costs).toFixed(3)})`,
    ratio(all, of, server),
    `${percentile(joins, 0.5).toFixed(1)} / ${percentile(joins, 0.95).toFixed(1)}`,
    Math.max(...some.map(({ residentMib }) => residentMib)).toFixed(0),
    some.reduce((sum, { missingFrames, closed }) => sum + missingFrames + closed, 0),
  ]
  return `| ${cells.join(' | ')} |`
}

/** One viewer never reads: what the others got, for each protocol. */
async function stalledViewer(camera: BenchServerKind): Promise<string[]> {
  const server = await camera.start(clips.silent)
  const lines: string[] = []
  try {
    for (const protocol of camera.protocols) {
      if (options.only !== undefined && protocol !== options.only) continue
      const of = { protocol, audio: false, viewers: 20 }
      const { bytes, missingFrames, closed } = await measure(server, camera.name, of, true)
      const least = (Math.min(...bytes) / Math.max(...bytes)).toFixed(3)
      lines.push(
        `- ${protocol.toUpperCase()}: of 20 others, ${closed} closed, ${missingFrames} frames missing, least served got ${least} of the best served`,
      )
    }
  } finally {
    await server.stop()
  }
  return lines
}

const kinds = SERVERS.filter((kind) => kind.missing() === undefined)
const all: Measurement[] = []
for (let number = 0; number < ROUNDS; number += 1) all.push(...(await round(kinds)))
const heading =
  'protocol|audio|viewers|server|CPU ms per viewer-second|camera ÷ server|join p50 / p95 ms|RSS MiB|frames missing or viewers lost'
const rows = CASES.flatMap((of) => kinds.map(({ name }) => row(all, of, name)))
process.stdout.write(
  [
    `### Fan-out of a 720p15 stream, 2 Mbit/s, key frame every 2 s (${processor()}, ${ROUNDS} rounds, medians)`,
    '',
    `| ${heading.replaceAll('|', ' | ')} |`,
    `|${'---|'.repeat(heading.split('|').length)}`,
    ...rows.filter((line) => line !== undefined),
    '',
    'With one more viewer that never reads:',
    '',
    ...(await stalledViewer(kinds[0]!)),
    ...SERVERS.flatMap((kind) =>
      kind.missing() ? [`- not measured: ${kind.name} (${kind.missing()} missing)`] : [],
    ),
    '',
  ].join('\n'),
)
rmSync(folder, { recursive: true, force: true })
