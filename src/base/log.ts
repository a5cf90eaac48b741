/** Logging: pino's JSON lines on standard output. No request body, query string or secret is ever logged. */
import { type Logger, pino } from 'pino'

export type Log = Logger
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** A logger for one process; parts and connections take children of it. */
export function createLog(level: LogLevel, part?: string): Log {
  return pino({
    level,
    base: part === undefined ? {} : { part },
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['password', 'token', '*.password', '*.token'],
  })
}

/** A logger that says nothing, for tests. */
export const silentLog: Log = pino({ level: 'silent' })

/**
 * Sums up a repeating message: the first goes out at once, the rest as one line with a count when
 * `intervalMs` is over.
 */
export function summarise(write: (count: number) => void, intervalMs = 1000): () => void {
  let count = 0
  let timer: NodeJS.Timeout | undefined
  return () => {
    count += 1
    if (timer !== undefined) return
    write(count)
    count = 0
    timer = setTimeout(() => {
      timer = undefined
      if (count > 0) write(count)
      count = 0
    }, intervalMs)
    timer.unref()
  }
}
