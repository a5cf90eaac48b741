/** System calls of the recorder process that fail, injected by strace. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCamera } from '../test/camera/kit.ts'
import { ARGS, pidOf } from './faults-camera.ts'
import { Checker, longestGap } from './faults-check.ts'

const INJECTIONS: readonly string[] = [
  'fdatasync:error=EIO:when=3',
  'fdatasync:error=EIO:when=2+3',
  'fsync:error=EIO:when=1',
  'fsync:error=EIO:when=2+4',
  'fdatasync,fsync:error=EIO',
  'pwrite64,write:error=ENOSPC:when=20',
  'openat:error=EIO:when=2+3',
]
const INJECTED_MS = 8000

/** One camera, one injection after the other. */
export async function errors(): Promise<Checker> {
  const all = new Checker()
  for (const injection of INJECTIONS) {
    if (!injection.includes(process.argv[3] ?? '')) continue
    const dataDir = mkdtempSync(join(tmpdir(), 'vedette-errors-'))
    const checker = new Checker()
    const camera = await startCamera({ args: ARGS, dataDir })
    await sleep(4000)
    const beganMs = Date.now()
    const recorder = pidOf(camera, 'recorder')
    const calls = injection.split(':')[0]!
    const args = [
      '-f',
      '-qq',
      '-e',
      `trace=${calls}`,
      '-e',
      `inject=${injection}`,
      '-o',
      '/dev/null',
      '-p',
      `${recorder}`,
    ]
    const strace = spawn('strace', args, { stdio: 'ignore' })
    const gone = new Promise((resolve) => strace.once('exit', resolve))
    await sleep(INJECTED_MS)
    strace.kill('SIGTERM')
    await gone
    const overMs = Date.now()
    // What failed last is tried again after a pause, and settled.
    await sleep(9000)
    const failures = camera.log.filter(({ msg }) => msg === 'a recording could not be written').length
    const restarts = camera.log.filter(({ msg }) => String(msg).includes('is restarted')).length
    await sleep(1000)
    const endedMs = Date.now()
    await camera.stop({ keepData: true })
    const rows = await checker.compare(dataDir, join(dataDir, 'recordings'))
    const during = longestGap(rows, 'main', beganMs, overMs)
    const after = longestGap(rows, 'main', overMs + 7000, endedMs - 2000)
    if (after > 100) checker.faults.push(`recording did not go on: ${Math.round(after)} ms are missing`)
    console.log(
      `| ${injection} | ${failures} (process restarted: ${restarts}) | ${Math.round(during)} | ${Math.round(after)} | ${checker.played} | ${checker.faults.length} |`,
    )
    all.faults.push(...checker.faults.map((fault) => `${injection}: ${fault}`))
    rmSync(dataDir, { recursive: true, force: true })
  }
  return all
}
