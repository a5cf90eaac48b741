/** Starts the real program on free ports with a data folder of its own, and talks to it as a client would. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { treeOf } from '../../bench/process-cost.ts'

export const ROOT = join(import.meta.dirname, '../..')
export const PASSWORD = 'Vedette-1'
const READY_LIMIT_MS = 15_000
/** It promises to stop within 3 s. */
const STOP_LIMIT_MS = 5000

export interface Ports {
  readonly http: number
  readonly https: number
  readonly rtmp: number
  readonly rtsp: number
  readonly onvif: number
  readonly media: number
}

export interface Answer {
  readonly cmd: string
  readonly code: number
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds.
  readonly value?: any
  readonly error?: { readonly rspCode: number; readonly detail: string }
}

export interface Camera {
  readonly process: ChildProcess
  readonly dataDir: string
  ports: Ports
  /** Log lines so far, parsed. */
  readonly log: Record<string, unknown>[]
  /** Milliseconds from start to the ready line. */
  readonly readyMs: number
  /** Resolves with the next ready line, after a restart. */
  nextReady(): Promise<Ports>
  url(path: string): string
  api(entries: unknown, query?: string): Promise<Answer[]>
  one(entry: unknown): Promise<Answer>
  snap(query?: string): Promise<Buffer>
  rtmpUrl(stream: string): string
  flvUrl(stream: string): string
  rtspUrl(stream: string): string
  /** Ends the program and removes its data unless `keepData`. */
  stop(options?: { keepData?: boolean; signal?: NodeJS.Signals }): Promise<number | null>
}

interface Options {
  readonly args?: readonly string[]
  readonly dataDir?: string
  /** '' starts without a password. */
  readonly password?: string
}

/** Errors: the program's own words if it does not come up; nothing of it is left then. */
export async function startCamera({
  args = [],
  dataDir,
  password = PASSWORD,
}: Options = {}): Promise<Camera> {
  const data = dataDir ?? mkdtempSync(join(tmpdir(), 'vedette-'))
  const ports = [
    '--http-port',
    '0',
    '--https-port',
    '0',
    '--rtmp-port',
    '0',
    '--rtsp-port',
    '0',
    '--onvif-port',
    '0',
    '--media-port',
    '0',
  ]
  const started = performance.now()
  const child = spawn(process.execPath, [join(ROOT, 'src/main.ts'), '--data', data, ...ports, ...args], {
    cwd: data,
    env: { ...process.env, ...(password === '' ? {} : { VEDETTE_ADMIN_PASSWORD: password }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log: Record<string, unknown>[] = []
  const waiting: ((ports: Ports) => void)[] = []
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const entry = JSON.parse(line) as Record<string, unknown>
    log.push(entry)
    if (entry.msg === 'ready') for (const resolve of waiting.splice(0)) resolve(entry as unknown as Ports)
  })
  let complaint = ''
  child.stderr!.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  const nextReady = () => new Promise<Ports>((resolve) => waiting.push(resolve))
  const ready = await Promise.race([
    nextReady(),
    new Promise<never>((_resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`exit ${code}: ${complaint}`)))
      setTimeout(() => reject(new Error(`not ready in time: ${complaint}`)), READY_LIMIT_MS).unref()
    }),
  ]).catch(async (error) => {
    await forcedEnd(child)
    if (dataDir === undefined) rmSync(data, { recursive: true, force: true })
    throw error
  })
  const login = `user=admin&password=${password}`
  const camera: Camera = {
    process: child,
    dataDir: data,
    ports: ready,
    log,
    readyMs: performance.now() - started,
    nextReady: async () => {
      camera.ports = await nextReady()
      return camera.ports
    },
    url: (path) => `http://127.0.0.1:${camera.ports.http}${path}`,
    api: async (entries, query = login) => {
      const response = await fetch(camera.url(`/api.cgi?${query}`), {
        method: 'POST',
        body: JSON.stringify(entries),
      })
      return (await response.json()) as Answer[]
    },
    one: async (entry) => (await camera.api([entry]))[0]!,
    snap: async (query = '') => {
      const response = await fetch(camera.url(`/cgi-bin/api.cgi?cmd=Snap&channel=0&${login}${query}`))
      if (response.headers.get('content-type') !== 'image/jpeg;name="snap.jpg"') {
        throw new Error(`no picture: ${await response.text()}`)
      }
      return Buffer.from(await response.arrayBuffer())
    },
    rtmpUrl: (stream) =>
      `rtmp://127.0.0.1:${camera.ports.rtmp}/bcs/channel0_${stream}.bcs?channel=0&stream=0&${login}`,
    flvUrl: (stream) => camera.url(`/flv?port=1935&app=bcs&stream=channel0_${stream}.bcs&${login}`),
    rtspUrl: (stream) => `rtsp://admin:${password}@127.0.0.1:${camera.ports.rtsp}/h264Preview_01_${stream}`,
    stop: async ({ keepData = false, signal = 'SIGTERM' } = {}) => {
      const code = await ended(child, signal)
      if (!keepData) rmSync(data, { recursive: true, force: true })
      return code
    },
  }
  return camera
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill(signal)
  })
}

/** Ends a program that may no longer listen. */
async function forcedEnd(child: ChildProcess): Promise<void> {
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  await ended(child, 'SIGTERM')
  clearTimeout(late)
}

/** kill -9 of all its processes at once. */
export async function killAll(camera: Camera): Promise<void> {
  const ended = new Promise((resolve) => camera.process.once('exit', resolve))
  for (const pid of treeOf(camera.process.pid!)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It went with its parent.
    }
  }
  await ended
}

/** 127.0.0.1 as the kernel prints it. */
export const LOOPBACK = '0100007F'

/** The addresses on which somebody listens on a port, as the kernel prints them. */
export function addressesOf(port: number): string[] {
  const lines = readFileSync('/proc/net/tcp', 'utf8') + readFileSync('/proc/net/tcp6', 'utf8')
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const sockets = lines.split('\n').filter((line) => line.includes(`:${hex} `) && / 0A /.test(line))
  return sockets.map((line) => line.trim().split(/\s+/)[1]!.split(':')[0]!)
}

/** Runs a program to its end. Its output comes back whole. */
export function run(
  program: string,
  args: readonly string[],
  input?: Uint8Array,
): Promise<{ code: number | null; stdout: Buffer; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const stdout: Buffer[] = []
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout: Buffer.concat(stdout), stderr }))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

/** Polls until `check` gives something, or fails after `limitMs`. */
export async function until<T>(
  what: string | (() => string),
  check: () => T | undefined | Promise<T | undefined>,
  limitMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const found = await check()
    if (found !== undefined) return found
    if (performance.now() > deadline)
      throw new Error(`${typeof what === 'string' ? what : what()}: not within ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
