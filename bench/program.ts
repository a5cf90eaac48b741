/** A server under measurement: a process of its own on one core, its CPU time and memory read from /proc. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = join(import.meta.dirname, '..')
/** The kernel counts CPU time in hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10
/** The core of the servers; the load runs on the other. */
const SERVER_CORE = '0'

/** For the camera: ports that no other program has, and a log that costs nothing. */
const FREE_PORTS = ['--http-port', '0', '--https-port', '0', '--rtmp-port', '0', '--log-level', 'warn']

export interface Program {
  readonly pid: number
  /** Its ready line: ports by name. */
  readonly ready: Readonly<Record<string, number>>
  /** Process number of the descendant whose command line holds `text`. */
  child(text: string): number
  /** All descendants and itself. */
  family(): number[]
  stop(): Promise<void>
}

/** Starts a TypeScript program of this project and waits for its ready line. */
export async function startProgram(file: string, args: readonly string[]): Promise<Program> {
  const ports = file === 'src/main.ts' ? FREE_PORTS : []
  const command = ['-c', SERVER_CORE, process.execPath, join(ROOT, file), ...ports, ...args]
  // As `npm start` does it.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compile') }
  const child = spawn('taskset', command, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ready = await readyLine(child, file)
  const pid = child.pid!
  const family = () => [pid, ...descendants(pid)]
  return {
    pid,
    ready,
    family,
    child: (text) => {
      const found = family().find((one) => readText(`/proc/${one}/cmdline`).includes(text))
      if (found === undefined) throw new Error(`${file} has no process ${text}`)
      return found
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

async function readyLine(child: ChildProcess, file: string): Promise<Record<string, number>> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const entry = JSON.parse(line) as { msg?: string } & Record<string, number>
    if (entry.msg !== 'ready') continue
    child.stdout!.resume()
    return entry
  }
  throw new Error(`${file} ended before it was ready`)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function descendants(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => Number(/^PPid:\s+(\d+)/m.exec(readText(`/proc/${name}/status`))?.[1]) === pid)
    .map(Number)
  return children.flatMap((child) => [child, ...descendants(child)])
}

/** User and system time of a process so far (proc_pid_stat(5), fields 14 and 15). */
export function cpuMs(pid: number): number {
  const stat = readText(`/proc/${pid}/stat`)
  // The name in field 2 may hold blanks; what follows its bracket starts with field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Memory of a process in MiB: resident, and with shared pages divided among those who share them. */
export function memoryMib(pid: number): { rss: number; pss: number } {
  const rollup = readText(`/proc/${pid}/smaps_rollup`)
  const value = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) / 1024
  return { rss: value('Rss'), pss: value('Pss') }
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}
