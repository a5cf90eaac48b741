/**
 * Cost of the JSON API: a batch of three commands against bare node:http that parses, dispatches and prints the
 * same answers. Rounds alternate; medians are printed.
 * The servers run on one core, the load on the other.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuMs, memoryMib } from './process-cost.ts'
import { type Program, startProgram } from './program.ts'
import { median, percentile } from './statistics.ts'

const CONNECTIONS = 16
const WARM_UP = 3000

interface Load {
  readonly cpuUs: number
  readonly perSecond: number
  readonly p99Ms: number
}

/** Sends `count` requests over keep-alive connections. */
async function load(port: number, path: string, body: string, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const times: number[] = []
  let left = count
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const started = performance.now()
      const sent = request(
        { port, path, method: 'POST', agent, headers: { 'Content-Length': Buffer.byteLength(body) } },
        (answer) => {
          answer.resume()
          answer.once('end', () => {
            times.push(performance.now() - started)
            resolve()
          })
        },
      )
      sent.once('error', reject)
      sent.end(body)
    })
  const worker = async () => {
    while (left > 0) {
      left -= 1
      await one()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  agent.destroy()
  return times
}

async function measure(pid: number, port: number, path: string, body: string, count: number): Promise<Load> {
  await load(port, path, body, WARM_UP)
  const cpuBefore = cpuMs(pid)
  const started = performance.now()
  const times = await load(port, path, body, count)
  const seconds = (performance.now() - started) / 1000
  return {
    cpuUs: ((cpuMs(pid) - cpuBefore) * 1000) / count,
    perSecond: count / seconds,
    p99Ms: percentile(times, 0.99),
  }
}

async function login(port: number): Promise<string> {
  const body = JSON.stringify([{ cmd: 'Login', param: { User: { userName: 'admin', password: '' } } }])
  const response = await fetch(`http://127.0.0.1:${port}/api.cgi?cmd=Login`, { method: 'POST', body })
  const [answer] = (await response.json()) as [{ value: { Token: { name: string } } }]
  return answer.value.Token.name
}

const BATCH = JSON.stringify([
  { cmd: 'GetOsd', action: 0, param: { channel: 0 } },
  { cmd: 'GetEnc', action: 0, param: { channel: 0 } },
  { cmd: 'GetDevInfo', action: 0 },
])

/** Measures and gives the rows of the result page. */
export async function benchApi({ rounds = 4, requests = 20_000 } = {}): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  const camera = await startProgram('src/main.ts', ['--data', data])
  const bare = await startProgram('bench/bare-http.ts', [camera.ready.http!.toString()])
  try {
    const api = camera.child('camera-process')
    const path = `/api.cgi?token=${await login(camera.ready.http!)}`
    const camLoads: Load[] = []
    const bareLoads: Load[] = []
    for (let round = 0; round < rounds; round += 1) {
      camLoads.push(await measure(api, camera.ready.http!, path, BATCH, requests))
      bareLoads.push(await measure(bare.pid, bare.ready.http!, '/', BATCH, requests))
    }
    return [
      `| server | CPU per request, µs | requests/s, c=${CONNECTIONS} | p99, ms | requests per core-second |`,
      '|---|---|---|---|---|',
      row('Vedette', camLoads),
      row('bare node:http, same three answers', bareLoads),
      '',
      `Requests per core: ${(mid(bareLoads, 'cpuUs') / mid(camLoads, 'cpuUs')).toFixed(2)} × bare node:http.`,
      `API process after it: ${memoryMib(api).rss.toFixed(0)} MiB RSS.`,
    ].join('\n')
  } finally {
    await stopAll([bare, camera])
    rmSync(data, { recursive: true, force: true })
  }
}

async function stopAll(programs: readonly Program[]): Promise<void> {
  for (const program of programs) await program.stop()
}

function mid(loads: readonly Load[], key: keyof Load): number {
  return median(loads.map((one) => one[key]))
}

function row(name: string, loads: readonly Load[]): string {
  const cpu = mid(loads, 'cpuUs')
  const cells = [
    cpu.toFixed(1),
    mid(loads, 'perSecond').toFixed(0),
    mid(loads, 'p99Ms').toFixed(2),
    (1e6 / cpu).toFixed(0),
  ]
  return `| ${name} | ${cells.join(' | ')} |`
}

if (import.meta.main)
  console.log(await benchApi(process.argv.includes('--quick') ? { rounds: 2, requests: 5000 } : {}))
