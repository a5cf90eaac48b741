/** The check of a source before the start: what can be known without opening it. Needs no native code. */
import { accessSync, constants, statSync } from 'node:fs'
import { CameraError } from '../../base/errors.ts'
import { parseSource, type SourceSpecification } from './specification.ts'

/**
 * Errors: CameraError `bad-value` for a wrong specification, `open-failed` for a file or device that is
 * missing, not readable or not of the right sort. Networks are not asked.
 */
export function checkSource(text: string): SourceSpecification {
  const source = parseSource(text)
  if (source.kind === 'file') checkPath(source.path, 'file')
  if (source.kind === 'device') checkPath(source.path, 'device')
  return source
}

function checkPath(path: string, what: 'file' | 'device'): void {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) throw new CameraError('open-failed', `there is no ${what} ${path}`)
  const right = what === 'file' ? !stat.isDirectory() : stat.isCharacterDevice()
  if (!right) throw new CameraError('open-failed', `${path} is not a ${what}`)
  try {
    accessSync(path, constants.R_OK)
  } catch (cause) {
    throw new CameraError('open-failed', `the ${what} ${path} may not be read by this user`, cause)
  }
}
