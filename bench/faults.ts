/**
 * The recorder under faults, on the whole program, with sound where it is killed. Run by hand, as root for all but the first:
 *
 *   node bench/faults.ts kill 50             kill -9 at random moments
 *   unshare -m node bench/faults.ts full 20  the same on a full volume of 64 MiB, overwriting
 *   unshare -m node bench/faults.ts disk     full without overwriting, read-only, gone, swapped
 *   node bench/faults.ts errors              syncs and writes that fail (strace)
 *
 * Prints a line of a table for each; what is wrong is listed, and makes the exit code 1.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { killAll, startCamera } from '../test/camera/kit.ts'
import { ARGS, fill, pidOf } from './faults-camera.ts'
import { Checker, longestGap, lossBefore } from './faults-check.ts'
import { disk, mountTmpfs } from './faults-disk.ts'
import { errors } from './faults-errors.ts'
import { median } from './statistics.ts'

const VICTIMS = ['all', 'all', 'all', 'recorder', 'engine'] as const

/** Runs, kills, starts again, stops and compares; so many times. */
async function killing(rounds: number, recordings: string | undefined): Promise<Checker> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-faults-'))
  const folder = recordings ?? join(dataDir, 'recordings')
  const args = [...ARGS, '--recordings', folder]
  const checker = new Checker()
  const losses = new Map<string, number[]>()
  for (let round = 0; round < rounds; round += 1) {
    const victim = VICTIMS[round % VICTIMS.length]!
    let camera = await startCamera({ args, dataDir })
    await camera.one({ cmd: 'SetEnc', param: { Enc: { channel: 0, audio: 1 } } })
    await sleep(3000 + 5000 * Math.random())
    const hurtMs = Date.now()
    if (victim !== 'all') {
      process.kill(pidOf(camera, victim), 'SIGKILL')
      await sleep(2500 + 2000 * Math.random())
    }
    const killedMs = Date.now()
    await killAll(camera)
    camera = await startCamera({ args, dataDir })
    // What was being written is closed meanwhile, in the background.
    await sleep(3000)
    await camera.stop({ keepData: true })
    const rows = await checker.compare(dataDir, folder)
    for (const stream of ['main', 'sub'] as const) {
      const atKill = lossBefore(rows, stream, killedMs)
      const lost = victim === 'all' ? atKill : longestGap(rows, stream, hurtMs - 1500, killedMs - 2000)
      losses.set(victim, [...(losses.get(victim) ?? []), lost])
      if (Math.max(atKill, lost) > 2000)
        checker.faults.push(
          `round ${round}, ${victim}: ${stream} lost ${Math.round(Math.max(atKill, lost))} ms`,
        )
    }
  }
  for (const [victim, values] of losses) {
    const figures = `${values.length / 2} | ${Math.round(median(values))} | ${Math.round(Math.max(...values))}`
    console.log(`| kill -9: ${victim} | ${figures} | ${checker.played} | ${checker.faults.length} |`)
  }
  rmSync(dataDir, { recursive: true, force: true })
  return checker
}

async function full(rounds: number): Promise<Checker> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-full-'))
  const unmount = mountTmpfs(folder)
  fill(folder, 4.6 * 2 ** 20)
  try {
    return await killing(rounds, folder)
  } finally {
    unmount()
  }
}

if (import.meta.main) {
  const [what, count] = process.argv.slice(2)
  console.log(
    '| fault | times | lost, ms: median | most | files played | faults |\n|---|---|---|---|---|---|',
  )
  const runs = {
    kill: () => killing(Number(count ?? 50), undefined),
    full: () => full(Number(count ?? 20)),
    disk,
    errors,
  }
  const checker = await runs[what as keyof typeof runs]()
  for (const fault of checker.faults) console.log(`- ${fault}`)
  process.exitCode = checker.faults.length > 0 ? 1 : 0
}
