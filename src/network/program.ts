/** Running programs of the host: by name and a list of arguments, never through a shell. */
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { CameraError } from '../base/errors.ts'
import { ProgramFailed, runProgram } from '../base/program.ts'

const LIMIT_MS = 30_000

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
export async function run(program: string, args: readonly string[]): Promise<string> {
  try {
    return await runProgram(program, args, LIMIT_MS)
  } catch (error) {
    const reason =
      error instanceof ProgramFailed
        ? `failed with code ${error.exitCode ?? 'of a signal'}`
        : 'cannot be started'
    throw new CameraError('set-failed', `${program} ${reason}`)
  }
}
