/** On what was measured, in words for the result page. */
import { readFileSync } from 'node:fs'
import { cpus, release, type } from 'node:os'

/** The name of this machine's processor. */
export function processor(): string {
  return cpus()[0]?.model ?? 'unknown processor'
}

/** `Debian 13.1`, or the kernel where it is another system. */
export function system(): string {
  try {
    return `Debian ${readFileSync('/etc/debian_version', 'utf8').trim()}`
  } catch {
    return `${type()} ${release()}`
  }
}
