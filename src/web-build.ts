/**
 * Builds the web page after the camera is ready, because a fresh clone has none and nobody should wait
 * for it: in a process of its own, with low priority. A failure costs the page, never the camera.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { messageOf } from './base/errors.ts'

/** What the built page depends on, below the root of the project. */
const INPUTS = ['web/src', 'web/public', 'web/index.html', 'web/vite.config.ts', 'package-lock.json']

/** Whether `web/dist` is missing or older than what it is made of. `root` is the folder of package.json. */
export function isWebStale(root: string): boolean {
  const page = join(root, 'web/dist/index.html')
  if (!existsSync(page)) return true
  const builtMs = statSync(page).mtimeMs
  return INPUTS.some((input) => newestMs(join(root, input)) > builtMs)
}

/** The outcome of a build: `problem` holds the last lines of what Vite said. */
export type BuildResult = { readonly ok: true } | { readonly ok: false; readonly problem: string }

export interface WebBuild {
  /** Never rejects, and stays open after `stop`. */
  readonly done: Promise<BuildResult>
  stop(): void
}

/** Starts the build; `web/dist` changes only when it has succeeded. */
export function startWebBuild(root: string): WebBuild {
  const made = mkdtempSync(join(root, 'node_modules/.web-'))
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const child = spawn(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn', '--outDir', made], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  lowerPriority(child.pid)
  const cleanUp = () => removeFolder(made)
  return {
    done: outcome(child, () => publish(made, join(root, 'web/dist'))).finally(cleanUp),
    stop: () => {
      child.removeAllListeners().kill('SIGKILL')
      cleanUp()
    },
  }
}

/** It is a kindness to the camera only: Vite may have ended by now, or the system may not allow it. */
function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // The outcome of the process tells what is worth telling.
  }
}

/** Vite may still be writing for a moment after it was killed. What cannot be removed harms nobody. */
function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
  } catch {
    // A folder that is left over in node_modules is no reason to fail.
  }
}

function outcome(child: ChildProcess, succeeded: () => void): Promise<BuildResult> {
  let said = ''
  const listen = (chunk: Buffer) => {
    said = (said + chunk).slice(-2000)
  }
  child.stdout?.on('data', listen)
  child.stderr?.on('data', listen)
  return new Promise((resolve) => {
    const fail = (problem: string) => resolve({ ok: false, problem })
    child.once('error', (error) => fail(error.message))
    child.once('close', (code, signal) => {
      if (code !== 0) return fail(said.trim() || `it ended with ${signal ?? `exit code ${code}`}`)
      try {
        succeeded()
        resolve({ ok: true })
      } catch (error) {
        fail(messageOf(error))
      }
    })
  })
}

/** Copies the page over the old one, itself last: whoever finds it also finds the files it names. */
function publish(from: string, to: string): void {
  const page = join(to, 'index.html')
  cpSync(from, to, { recursive: true, filter: (file) => file !== join(from, 'index.html') })
  cpSync(join(from, 'index.html'), `${page}.next`)
  renameSync(`${page}.next`, page)
}

/** Newest change of a file or of anything in a folder, milliseconds since 1970; 0 if there is nothing. */
function newestMs(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))))
}
