/** The check of a source before the start: what can be known without opening it. Needs no native code. */
import { accessSync, constants, statSync } from 'node:fs'
import { CameraError, messageOf } from '../../base/errors.ts'
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
  try {
    const stat = statSync(path)
    const isRight = what === 'file' ? !stat.isDirectory() : stat.isCharacterDevice()
    if (!isRight) throw new CameraError('open-failed', `${path} is not a ${what}`)
    accessSync(path, constants.R_OK)
  } catch (error) {
    if (error instanceof CameraError) throw error
    throw new CameraError('open-failed', `the ${what} ${path} cannot be read: ${reasonOf(error)}`, error)
  }
}

const REASONS = new Map([
  ['ENOENT', 'it does not exist'],
  ['EACCES', 'this user may not'],
])

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return REASONS.get(code) ?? messageOf(error)
}
