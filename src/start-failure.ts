/** Turns what kept the camera from starting into one sentence for the person who started it. */
import { CameraError, messageOf } from './base/errors.ts'
import { PORT } from './config/kinds.ts'
import { type Config, listOptions } from './config/schema.ts'

/** Names the option to change where one is known; else the sentence of a CameraError is passed on as it is. */
export function startFailure(error: unknown, config: Config): string {
  const { code, port, address, path } = systemError(error)
  if (port !== undefined) {
    const mend = `choose another port${optionOf(port, config)}.`
    if (code === 'EADDRINUSE') return `Port ${port} is already in use; stop the other program or ${mend}`
    if (code === 'EACCES')
      return `Port ${port} may not be opened by this user; run with more rights or ${mend}`
    if (code === 'EADDRNOTAVAIL')
      return `The address ${address} does not belong to this machine; give one that does with --bind.`
  }
  if (path !== undefined && (code === 'EACCES' || code === 'EPERM' || code === 'EROFS'))
    return `${path} may not be written by this user; change its rights or choose another folder with --data.`
  if (error instanceof CameraError) return error.message
  return `The camera could not start: ${messageOf(error)}.`
}

function optionOf(port: number, config: Config): string {
  const entry = listOptions().find(({ key, kind }) => kind === PORT && config[key] === port)
  return entry ? ` with --${entry.name}` : ''
}

/** What Node adds to the errors of system calls; all of it may be missing. */
interface SystemError {
  readonly code?: string
  readonly port?: number
  readonly address?: string
  readonly path?: string
}

interface SystemError {
  readonly code?: string
  readonly port?: number
  readonly address?: string
  readonly path?: string
}

/** What the system said, also as the cause of a CameraError. */
function systemError(error: unknown): SystemError {
  const first = error instanceof CameraError ? error.cause : error
  return first instanceof Error ? (first as SystemError) : {}
}
