/**
 * `npm test`: the checks, then every test, then what was skipped and why. With arguments only the test
 * files whose path holds one of them run, without the checks: `npm test -- rtmp config`. Files run side by side,
 * those that measure time or load one after the other at the end; a few that fail are tried again alone, and named.
 * A tool that cannot be installed costs its tests, never the run; see test/tools.ts.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { setUp } from './set-up.ts'

const ROOT = dirname(import.meta.dirname)
const BIN = join(ROOT, 'node_modules/.bin')
/** No single test may take longer; it has failed then. */
const TEST_LIMIT_MS = 240_000
/** Nor may all of them: what still runs then, because a test left something behind, is ended and has failed. */
const RUN_LIMIT_MS = 20 * 60_000

/** The parts of `npm run check`, and the page that some tests look at. */
const CHECKS: readonly [string, string, readonly string[]][] = [
  ['format and lint', join(BIN, 'biome'), ['check', '.']],
  ['types', join(BIN, 'tsc'), []],
  ['types of the web page', join(BIN, 'tsc'), ['-p', 'web']],
  ['generated reference', process.execPath, ['scripts/reference.ts', '--check']],
  ['web page', process.execPath, ['scripts/web.ts']],
]

/** Says one line for each check, and everything a failed one said; returns how many failed. */
function runChecks(): number {
  const failed = CHECKS.filter(([name, program, args]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' })
    console.log(`${status === 0 ? '✔' : '✖'} ${name}`)
    if (status !== 0) console.log(`${stdout ?? ''}${stderr ?? ''}`)
    return status !== 0
  })
  return failed.length
}

interface Outcome {
  readonly passed: number
  readonly failed: number
  /** Name of the test and the reason. */
  readonly skipped: readonly string[]
  /** Files with a test that failed. */
  readonly failedFiles: readonly string[]
  /** Seconds by file. */
  readonly seconds: ReadonlyMap<string, number>
}

const NOTHING: Outcome = { passed: 0, failed: 0, skipped: [], failedFiles: [], seconds: new Map() }

/** Files whose time is worth a line at the end. */
const SLOWEST = 12

/** If more files fail, it is not for want of a quiet machine. */
const MOST_REPEATED = 5

/** Files that measure time or load: they must not share the machine with other tests. */
const MEASURES = [
  /^src\/engine\/channel\.test\.ts$/,
  /^test\/engine\//,
  /^test\/camera\/(?:picture|performance|players)\.test\.ts$/,
]

const measures = (file: string) => MEASURES.some((pattern) => pattern.test(file))

/** `concurrency`: files that run at the same time. */
async function runTests(files: string[], concurrency: number): Promise<Outcome> {
  if (files.length === 0) return NOTHING
  const signal = AbortSignal.timeout(RUN_LIMIT_MS)
  const events = run({ files, cwd: ROOT, concurrency, timeout: TEST_LIMIT_MS, signal })
  let passed = 0
  let failed = 0
  const skipped: string[] = []
  const failedFiles = new Set<string>()
  const seconds = new Map<string, number>()
  events.on('test:pass', ({ name, skip, details }) => {
    if (details.type === 'suite') return
    if (skip === undefined) passed += 1
    else skipped.push(`${name}: ${skip === true || skip === '' ? 'no reason given' : skip}`)
  })
  events.on('test:fail', ({ details, file }) => {
    if (details.type === 'suite') return
    failed += 1
    if (file !== undefined) failedFiles.add(relative(ROOT, file))
  })
  events.on('test:summary', ({ file, duration_ms }) => {
    if (file !== undefined) seconds.set(relative(ROOT, file), Math.round(duration_ms / 1000))
  })
  await pipeline(events, new spec(), process.stdout, { end: false })
  return { passed, failed, skipped, failedFiles: [...failedFiles], seconds }
}

// As `npm start` does: what one process has compiled the next ones only read.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, 'node_modules/.cache/compile')
const words = process.argv.slice(2)
const started = performance.now()
const absent = setUp()
if (absent.length > 0)
  console.log(`Not installed: ${absent.join(', ')}; the tests that need them are skipped.`)
const failedChecks = words.length === 0 ? runChecks() : 0
const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], { cwd: ROOT })
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort()
  // Those of whole cameras first, so that none of them is the last that everybody waits for.
  .reverse()
// Most of their time they wait: there is room for one more than there are cores.
const together = await runTests(
  files.filter((file) => !measures(file)),
  availableParallelism() + 1,
)
const alone = await runTests(files.filter(measures), 1)
// Beside another file, or on a machine that others use, a test may have lacked the processor it needs: only what
// fails a second time, alone, has failed.
const first = [together, alone]
const suspects = first.flatMap(({ failedFiles }) => failedFiles)
const failedFirst = together.failed + alone.failed
const isRepeated = suspects.length > 0 && suspects.length <= MOST_REPEATED
const failed = isRepeated ? (await runTests(suspects, 1)).failed : failedFirst
const passed = together.passed + alone.passed + Math.max(0, failedFirst - failed)
const skipped = first.flatMap((outcome) => outcome.skipped)

console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped in ${files.length} files`)
if (isRepeated) for (const file of suspects) console.log(`  failed at first, tried again alone: ${file}`)
if (failedChecks > 0) console.log(`${failedChecks} of ${CHECKS.length} checks failed, see above`)
for (const line of skipped) console.log(`  skipped: ${line}`)
const durations = first.flatMap(({ seconds }) => [...seconds]).sort(([, one], [, other]) => other - one)
const slowest = durations.slice(0, SLOWEST).map(([file, seconds]) => `${file} ${seconds} s`)
console.log(`slowest: ${slowest.join(', ')}`)
console.log(`${Math.round((performance.now() - started) / 1000)} s in all`)
process.exitCode = failed + failedChecks === 0 && passed + skipped.length > 0 ? 0 : 1
