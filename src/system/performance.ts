/** How busy the camera is (Guide §3.1.7, Q-48): rates over the last full interval of a slow timer. */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Clock } from '../base/clock.ts'

const INTERVAL_MS = 2000
/** A first reading needs so much time behind it; before, all is 0. */
const SHORTEST_MS = 200
/** Of Linux for programs, on every architecture that Node runs on (time(7), USER_HZ). */
const MS_PER_TICK = 10

export interface Load {
  /** kbit/s of all streams that are encoded. */
  readonly codecRate: number
  /** Percent of the machine, all cores together, taken by all processes of the camera. */
  readonly cpuUsed: number
  /** kbit/s sent and received by the camera's servers. */
  readonly netThroughput: number
}

interface PerformanceOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Counters that only grow. */
  readonly encodedBytes: () => number
  readonly networkBytes: () => number
  /** Processor time of this process so far. */
  readonly ownCpuMs?: () => number
  /** The other processes of the camera, those that run at present. */
  readonly otherPids: () => readonly number[]
  readonly cores?: number
}

interface Sample {
  readonly monotonicMs: number
  readonly encodedBytes: number
  readonly networkBytes: number
  readonly ownCpuMs: number
  readonly otherCpuMs: ReadonlyMap<number, number>
}

export class Performance {
  readonly #options: PerformanceOptions
  #last: Sample
  #load: Load | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: PerformanceOptions) {
    this.#options = options
    this.#last = this.#sample()
  }

  start(): void {
    this.#timer = setInterval(() => this.measure(), INTERVAL_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Of the last full interval; right after the start of the time since then. */
  get load(): Load {
    return this.#load ?? this.#loadUntil(this.#sample())
  }

  /** Ends an interval. */
  measure(): void {
    const sample = this.#sample()
    this.#load = this.#loadUntil(sample)
    this.#last = sample
  }

  #loadUntil(now: Sample): Load {
    const last = this.#last
    const ms = now.monotonicMs - last.monotonicMs
    if (ms < SHORTEST_MS) return { codecRate: 0, cpuUsed: 0, netThroughput: 0 }
    const cpuMs = now.ownCpuMs - last.ownCpuMs + growth(last.otherCpuMs, now.otherCpuMs)
    const cores = this.#options.cores ?? availableParallelism()
    return {
      codecRate: kbitPerSecond(now.encodedBytes - last.encodedBytes, ms),
      cpuUsed: Math.min(100, Math.max(0, Math.round((cpuMs / (ms * cores)) * 100))),
      netThroughput: kbitPerSecond(now.networkBytes - last.networkBytes, ms),
    }
  }

  #sample(): Sample {
    const { clock, encodedBytes, networkBytes, otherPids, ownCpuMs = cpuMsOfThisProcess } = this.#options
    return {
      monotonicMs: clock.monotonicMs(),
      encodedBytes: encodedBytes(),
      networkBytes: networkBytes(),
      ownCpuMs: ownCpuMs(),
      otherCpuMs: new Map(otherPids().map((pid) => [pid, cpuMsOf(pid)])),
    }
  }
}

/** What a process has taken that was not there at the beginning counts from its start. */
function growth(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number {
  let sum = 0
  for (const [pid, cpuMs] of after) sum += Math.max(0, cpuMs - (before.get(pid) ?? 0))
  return sum
}

function kbitPerSecond(bytes: number, ms: number): number {
  return Math.max(0, Math.round((bytes * 8) / ms))
}

function cpuMsOfThisProcess(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Processor time of a process, user and system; 0 if it is gone or the system has no /proc. */
export function cpuMsOf(pid: number): number {
  try {
    // The name may hold blanks and brackets; utime and stime are fields 14 and 15 (proc(5)).
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[14 - 3]) + Number(fields[15 - 3])) * MS_PER_TICK
  } catch {
    return 0
  }
}
