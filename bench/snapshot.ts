/** A fresh picture of the live stream: the time a client waits, and what it costs the whole camera. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuMs } from './process-cost.ts'
import { startProgram } from './program.ts'
import { percentile } from './statistics.ts'

const PAUSE_MS = 60

/** Measures and gives the lines of the result page. */
export async function benchSnapshot({ pictures = 200 } = {}): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  const camera = await startProgram('src/main.ts', ['--data', data])
  const url = `http://127.0.0.1:${camera.ready.http}/cgi-bin/api.cgi?cmd=Snap&channel=0&user=admin&password=`
  const family = () => cpuMs(...camera.family())
  try {
    await takePictures(url, 20)
    const idleBefore = family()
    const idleStarted = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 5000))
    const idleShare = (family() - idleBefore) / (performance.now() - idleStarted)
    const before = family()
    const started = performance.now()
    const times = await takePictures(url, pictures)
    const ownMs = family() - before - idleShare * (performance.now() - started)
    const figures = [percentile(times, 0.5), percentile(times, 0.95), ownMs / pictures].map((ms) =>
      ms.toFixed(1),
    )
    return [
      '| picture | p50, ms | p95, ms | CPU, ms |',
      '|---|---|---|---|',
      `| 1280×720, a new JPEG for each request | ${figures.join(' | ')} |`,
    ].join('\n')
  } finally {
    await camera.stop()
    rmSync(data, { recursive: true, force: true })
  }
}

/** Milliseconds each picture took. The pauses let the camera make a new one meanwhile. */
async function takePictures(url: string, count: number): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const started = performance.now()
    const response = await fetch(url)
    await response.arrayBuffer()
    times.push(performance.now() - started)
    if (!response.headers.get('content-type')?.startsWith('image/jpeg')) throw new Error('no picture')
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  return times
}

if (import.meta.main)
  console.log(await benchSnapshot(process.argv.includes('--quick') ? { pictures: 40 } : {}))
