/** Which modules from npm a version needs, as one hash: two versions with the same can share a node_modules. */
import { createHash } from 'node:crypto'

interface Lock {
  readonly packages?: Readonly<Record<string, LockedPackage>>
}

interface LockedPackage {
  readonly version?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
}

/** Folders such as `node_modules/pino`, of everything that runs in a camera. `lock` is the text of package-lock.json. */
export function productionModules(lock: string): [folder: string, about: LockedPackage][] {
  const { packages = {} } = JSON.parse(lock) as Lock
  return Object.entries(packages).filter(
    ([folder, { dev, devOptional }]) => folder !== '' && dev !== true && devOptional !== true,
  )
}

/** SHA-256 in hexadecimal digits. Errors: SyntaxError. */
export function hashOfModules(lock: string): string {
  const lines = productionModules(lock).map(
    ([folder, { version, integrity }]) => `${folder} ${version} ${integrity}\n`,
  )
  return createHash('sha256').update(lines.sort().join('')).digest('hex')
}
