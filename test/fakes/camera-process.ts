/**
 * The real camera process around a camera that behaves as told. `DATA/acts.json` lists one act per start,
 * the last one repeats; `DATA/starts` gets a line with the process id at each start.
 */
import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CameraError } from '../../src/base/errors.ts'
import { type CameraHost, type RunningCamera, runCameraProcess } from '../../src/camera-process.ts'
import type { Config } from '../../src/config/schema.ts'

export type Act =
  | 'run'
  | 'throw'
  | 'reject'
  | 'die'
  | 'fail'
  | 'exit early'
  | 'reboot'
  | 'shutdown'
  | 'stuck'
  | 'never ready'

const PORTS = { http: 18080, https: 18443, rtmp: 11935 }

async function createFake(config: Config, host: CameraHost): Promise<RunningCamera> {
  const act = nextAct(config.dataDir)
  if (act === 'fail')
    throw new CameraError('open-failed', 'The database in ./data is from a newer version; update.')
  if (act === 'exit early') process.exit(7)
  if (act === 'never ready') return await new Promise(() => {})
  // Everything else happens after the camera is ready, and after its supervisor has seen that.
  setTimeout(() => perform(act, config.dataDir, host), 100)
  return { ports: PORTS, stop: async () => appendFileSync(join(config.dataDir, 'stops'), 'stopped\n') }
}

function nextAct(dataDir: string): Act {
  appendFileSync(join(dataDir, 'starts'), `${process.pid}\n`)
  const starts = readFileSync(join(dataDir, 'starts'), 'utf8').trim().split('\n').length
  const acts: Act[] = JSON.parse(readFileSync(join(dataDir, 'acts.json'), 'utf8'))
  return acts[Math.min(starts, acts.length) - 1]!
}

function perform(act: Act, dataDir: string, host: CameraHost): void {
  if (act === 'throw') throw new Error('on purpose')
  if (act === 'reject') Promise.reject(new Error('on purpose'))
  if (act === 'die') process.kill(process.pid, 'SIGSEGV')
  if (act === 'reboot') host.reboot()
  if (act === 'shutdown') host.shutdown()
  if (act === 'stuck') {
    const engine = spawn('sleep', ['60'])
    appendFileSync(join(dataDir, 'engine'), String(engine.pid))
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
  }
}

runCameraProcess(async () => createFake)
