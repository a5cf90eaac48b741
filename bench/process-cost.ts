/** What a process has cost so far, read from Linux' /proc (proc(5), sched-stats). */
import { globSync, readFileSync } from 'node:fs'

/** Processor time of a process and the children it has now, user and system, milliseconds with a fraction. */
export function cpuMs(pid: number): number {
  const files = treeOf(pid).flatMap((one) => globSync(`/proc/${one}/task/*/schedstat`))
  return files.reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ', 1)[0]) / 1e6, 0)
}

/** Resident memory of a process and its children, MiB. Shared pages count in each. */
export function residentMib(pid: number): number {
  return treeOf(pid).reduce((sum, one) => {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/status`, 'utf8'))?.[1]
    return sum + Number(kib ?? 0) / 1024
  }, 0)
}

function treeOf(pid: number): number[] {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) => {
    return readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number)
  })
  return [pid, ...children.flatMap(treeOf)]
}
