/** Starts an engine process. */
import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inheritedEnvironment } from '../base/environment.ts'
import type { Log } from '../base/log.ts'

/** The engine's JavaScript makes little garbage; its memory belongs to pictures. */
const ENTRY = fileURLToPath(new URL('./engine.ts', import.meta.url))

/** Threads for reads that wait: one hung source must not stop the others and the file system. */
const POOL_THREADS = '8'

/** Longest line of the engine's last words that is logged. */
const MAX_LINE = 500

/** The engine speaks over IPC; what it writes to standard error becomes log lines. */
export function forkEngine(log: Log): ChildProcess {
  const engine = fork(ENTRY, [], {
    serialization: 'advanced',
    execArgv: ['--max-semi-space-size=1'],
    env: { ...inheritedEnvironment(), UV_THREADPOOL_SIZE: POOL_THREADS },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  if (engine.stderr) {
    createInterface({ input: engine.stderr }).on('line', (line) =>
      log.warn({ line: line.slice(0, MAX_LINE) }, 'engine'),
    )
  }
  return engine
}
