/** Whether this camera wants a package, told from its signed header alone. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CameraError } from '../base/errors.ts'
import { type Header, refuse } from './header.ts'
import { hashOfModules } from './modules.ts'
import { type Places, versionOfProgram } from './state.ts'
import { compareVersions, nameOf, type Version } from './version.ts'

interface Present {
  readonly places: Places
  readonly installation: string
  readonly running: Version
}

/** Errors: CameraError `check-failed`, `same-version`. */
export function judge(header: Header, { places, installation, running }: Present): void {
  for (const present of [running, versionOfProgram(installation)]) {
    const order = compareVersions(header, present)
    if (order < 0) refuse(`${nameOf(header)} is older than ${nameOf(present)}`)
    if (order === 0) throw new CameraError('same-version', `${nameOf(header)} is here already`)
  }
  if (places.folder.split('/').includes('node_modules')) {
    refuse('no version can be started in a data folder below node_modules; choose another with --data')
  }
  const lock = readFileSync(join(installation, 'package-lock.json'), 'utf8')
  if (!header.withModules && header.modules !== hashOfModules(lock)) {
    refuse('it needs other modules than are installed here; build it with npm run pak -- --with-modules')
  }
}
