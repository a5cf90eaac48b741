/** Packages of this working tree for tests, signed with a key of their own. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackage, type PackageOptions } from '../scripts/package-builder.ts'
import { versionOfProgram } from '../src/firmware/state.ts'

const ROOT = join(import.meta.dirname, '..')

export interface Workshop {
  readonly folder: string
  readonly key: KeyObject
  /** File of the public half, for `--update-key`. */
  readonly publicKey: string
  /** `version` is higher than that of the working tree unless it says otherwise. */
  build(version: string, options?: Partial<PackageOptions>): Promise<Buffer>
  close(): void
}

export function openWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-packages-'))
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const file = join(folder, 'update.pub')
  writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }))
  const { build } = versionOfProgram(ROOT)
  return {
    folder,
    key: privateKey,
    publicKey: file,
    build: (version, options) =>
      buildPackage({ root: ROOT, key: privateKey, withModules: false, version, build, ...options }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
