/**
 * Log lines of the supervisor, in the form of the camera's own (base/log.ts). Not pino, which would cost
 * this process several megabytes for a line a month.
 */
import type { LogLevel } from './base/log.ts'

export type SupervisorLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void

const SEVERITY: Readonly<Record<LogLevel, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: 70,
}

/** Hands every line that is severe enough to `write`, with its newline. */
export function createSupervisorLog(least: LogLevel, write: (line: string) => void): SupervisorLog {
  return (level, message, fields) => {
    if (SEVERITY[level] < SEVERITY[least]) return
    const line = { level, time: new Date().toISOString(), part: 'supervisor', ...fields, msg: message }
    write(`${JSON.stringify(line)}\n`)
  }
}
