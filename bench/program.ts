/** A server under measurement: a process of its own on one core. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { commandLineOf, treeOf } from './process-cost.ts'

const ROOT = join(import.meta.dirname, '..')
/** The core of the servers; the load runs on the other. */
const SERVER_CORE = '0'

/** For the camera: ports that no other program has, and a log that costs nothing. */
const FREE_PORTS = [
  '--http-port',
  '0',
  '--https-port',
  '0',
  '--rtmp-port',
  '0',
  '--rtsp-port',
  '0',
  '--log-level',
  'warn',
]

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
  return {
    pid,
    ready,
    family: () => treeOf(pid),
    child: (text) => {
      const found = treeOf(pid).find((one) => commandLineOf(one).includes(text))
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
