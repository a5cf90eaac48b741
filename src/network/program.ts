/** Running programs of the host: by name and a list of arguments, never through a shell. */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { inheritedEnvironment } from '../base/environment.ts'
import { CameraError } from '../base/errors.ts'

const LIMIT_MS = 30_000
const MAX_OUTPUT = 256 * 1024

/** Whether a program is installed. */
export function isInstalled(name: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** What a program prints. Errors: CameraError `set-failed` with its name and exit code; its words may hold a secret. */
export function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      // The words of programs are read, in one language.
      env: { ...inheritedEnvironment(), LC_ALL: 'C' },
    })
    const late = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.length < MAX_OUTPUT) output += chunk.toString('utf8')
    })
    child.once('error', (error) => {
      clearTimeout(late)
      reject(new CameraError('set-failed', `${program} cannot be started`, error))
    })
    child.once('close', (code) => {
      clearTimeout(late)
      if (code === 0) resolve(output)
      else reject(new CameraError('set-failed', `${program} failed with code ${code ?? 'of a signal'}`))
    })
  })
}
