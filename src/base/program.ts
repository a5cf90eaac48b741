/** Small programs of the system that do one thing and end, such as stty and nmcli. */
import { spawn } from 'node:child_process'
import { inheritedEnvironment } from './environment.ts'

/** Of what it prints no more is kept, bytes. */
const LONGEST_OUTPUT = 1024 * 1024
/** Of its complaint. */
const LONGEST_COMPLAINT = 500

/** It ran and failed. The message is what it complained of, which may hold a secret. */
export class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed'
  /** Null if a signal ended it. */
  readonly exitCode: number | null

  constructor(message: string, exitCode: number | null) {
    super(message)
    this.exitCode = exitCode
  }
}

/**
 * Runs a program with a list of arguments, never through a shell, and resolves with what it printed, in the C locale.
 * Errors: ProgramFailed; those of the system if it cannot be started. It is killed after `limitMs`.
 */
export function runProgram(program: string, args: readonly string[], limitMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
      env: { ...inheritedEnvironment(), LC_ALL: 'C' },
    })
    const output: Buffer[] = []
    let length = 0
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= LONGEST_OUTPUT) output.push(chunk)
    })
    let complaint = ''
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(0, LONGEST_COMPLAINT)
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString())
      else reject(new ProgramFailed(complaint.trim() || `${program} gave no answer`, code))
    })
  })
}
