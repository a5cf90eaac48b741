/** What processes have cost so far, read from Linux' /proc (proc(5), sched-stats). */
import { globSync, readFileSync } from 'node:fs'

/** Processor time of processes, user and system, milliseconds with a fraction. */
export function cpuMs(...pids: readonly number[]): number {
  const files = pids.flatMap((pid) => globSync(`/proc/${pid}/task/*/schedstat`))
  return files.reduce((sum, file) => sum + Number(readText(file).split(' ', 1)[0]) / 1e6, 0)
}

/** Memory of a process in MiB: resident, and with shared pages divided among those who share them. */
export function memoryMib(pid: number): { rss: number; pss: number } {
  const rollup = readText(`/proc/${pid}/smaps_rollup`)
  const value = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) / 1024
  return { rss: value('Rss'), pss: value('Pss') }
}

/** Resident memory of a process and its children, MiB. Shared pages count in each. */
export function residentMib(pid: number): number {
  return treeOf(pid).reduce((sum, one) => sum + memoryMib(one).rss, 0)
}

/** A process and all its descendants. */
export function treeOf(pid: number): number[] {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) => {
    return readText(file).split(' ').filter(Boolean).map(Number)
  })
  return [pid, ...children.flatMap(treeOf)]
}

/** Arguments of a process, separated by zero bytes. */
export function commandLineOf(pid: number): string {
  return readText(`/proc/${pid}/cmdline`)
}

/** A process may end at any moment; then its files are empty. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
