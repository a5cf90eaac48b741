/** GetPerformance against what can be measured from outside. */
import assert from 'node:assert/strict'
import { get as getSecurely } from 'node:https'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuMs, treeOf } from '../../bench/process-cost.ts'
import { missing } from '../tools.ts'
import { type Camera, PASSWORD, run, startCamera } from './kit.ts'

interface Load {
  readonly codecRate: number
  readonly cpuUsed: number
  readonly netThroughput: number
}

const loadOf = async (camera: Camera): Promise<Load> =>
  (await camera.one({ cmd: 'GetPerformance' })).value.Performance

/** The mean of some readings: intervals of 2 s hold more or fewer key pictures. */
async function meanLoad(camera: Camera, readings: number): Promise<Load> {
  const loads: Load[] = []
  for (let index = 0; index < readings; index += 1) {
    await sleep(2000)
    loads.push(await loadOf(camera))
  }
  const mean = (name: keyof Load) => loads.reduce((sum, load) => sum + load[name], 0) / readings
  return { codecRate: mean('codecRate'), cpuUsed: mean('cpuUsed'), netThroughput: mean('netThroughput') }
}

const near = (actual: number, expected: number, part: number) =>
  assert.ok(Math.abs(actual - expected) <= expected * part, `${actual} instead of ${expected}`)

test('the load of the processor and the rate of the encoders are those of reality', async (context) => {
  const camera = await startCamera()
  try {
    await sleep(3000)
    const pids = treeOf(camera.process.pid!)
    const { availableParallelism } = await import('node:os')
    const [cpuBefore, started] = [cpuMs(...pids), performance.now()]
    const { codecRate, cpuUsed } = await meanLoad(camera, 4)
    const percent =
      ((cpuMs(...pids) - cpuBefore) / (performance.now() - started) / availableParallelism()) * 100
    context.diagnostic(`cpuUsed ${cpuUsed}, measured ${percent.toFixed(1)}; codecRate ${codecRate}`)
    assert.ok(Math.abs(cpuUsed - percent) < 5, `${cpuUsed} instead of ${percent}`)
    assert.ok(codecRate > 100)
  } finally {
    await camera.stop()
  }
})

test('a viewer on RTMP raises the throughput by the rate of its stream', {
  skip: missing('ffmpeg'),
}, async (context) => {
  const camera = await startCamera()
  try {
    await sleep(2500)
    const idle = (await loadOf(camera)).netThroughput
    const watching = run('ffmpeg', [
      ...['-v', 'error', '-i', camera.rtmpUrl('main')],
      ...['-t', '12', '-c', 'copy', '-f', 'flv', '-flvflags', 'no_duration_filesize', 'pipe:1'],
    ])
    await sleep(2500)
    const { netThroughput } = await meanLoad(camera, 4)
    const { stdout } = await watching
    const rate = (stdout.length * 8) / 12_000
    context.diagnostic(`${netThroughput} kbit/s, idle ${idle}; the stream has ${rate.toFixed(0)} kbit/s`)
    near(netThroughput - idle, rate, 0.25)
  } finally {
    await camera.stop()
  }
})

test('bytes over TLS count as well', async (context) => {
  const camera = await startCamera()
  try {
    await sleep(2500)
    const idle = (await loadOf(camera)).netThroughput
    let bytes = 0
    const path = `/flv?port=1935&app=bcs&stream=channel0_main.bcs&user=admin&password=${PASSWORD}`
    const request = getSecurely(
      { port: camera.ports.https, path, rejectUnauthorized: false, agent: false },
      (response) => response.on('data', (chunk: Buffer) => (bytes += chunk.length)),
    )
    request.on('error', () => undefined)
    await sleep(2500)
    const [before, started] = [bytes, performance.now()]
    const { netThroughput } = await meanLoad(camera, 3)
    const rate = ((bytes - before) * 8) / (performance.now() - started)
    request.destroy()
    context.diagnostic(`${netThroughput} kbit/s, idle ${idle}; the client got ${rate.toFixed(0)} kbit/s`)
    near(netThroughput - idle, rate, 0.25)
    await sleep(4200)
    assert.ok((await loadOf(camera)).netThroughput < rate / 2)
  } finally {
    await camera.stop()
  }
})
