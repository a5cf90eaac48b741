/** Makes a firmware package of a working tree (docs/design/firmware.md). */
import { createHash, type KeyObject } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { encodeHeader, MAX_PACKAGE_BYTES, PRODUCT } from '../src/firmware/header.ts'
import { hashOfModules, productionModules } from '../src/firmware/modules.ts'
import type { Version } from '../src/firmware/version.ts'

/** What a camera runs. Tests, and what only they use, stay behind. */
const FILES = ['package.json', 'package-lock.json', 'LICENSE', 'src/**/*', 'web/dist/**/*']
const isOfTests = (file: string) => /\.test\.ts$|(^|\/)test-[^/]*\.ts$/.test(file)
/** The supervisor's own Node runs every version. */
const NODE_ITSELF = /^node_modules\/node-linux-/

export interface PackageOptions extends Version {
  /** Folder of the package.json. */
  readonly root: string
  /** Private Ed25519 key. */
  readonly key: KeyObject
  readonly withModules: boolean
  /** Contents of files that are different or new, by path. */
  readonly instead?: Readonly<Record<string, string>>
}

/** The whole package. Errors: those of the system; Error if it gets too large. */
export async function buildPackage(options: PackageOptions): Promise<Buffer> {
  const { root, version, build, key, withModules } = options
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const files = [
    ...FILES.flatMap((pattern) => filesIn(root, pattern)),
    ...(withModules ? modules(root, lock) : []),
  ]
  const instead = { 'package.json': versioned(join(root, 'package.json'), options), ...options.instead }

  const tar = pack()
  const zipped = buffer(tar.pipe(createGzip({ level: 9 })))
  let unpackedBytes = 0
  for (const name of new Set([...files, ...Object.keys(instead)])) {
    const path = join(root, name)
    const content = instead[name as keyof typeof instead] ?? readFileSync(path)
    unpackedBytes += Buffer.byteLength(content)
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
    // The same files give the same bytes.
    const entry = { name, mode: (mode & 0o100) === 0 ? 0o644 : 0o755, mtime: new Date(0) }
    await new Promise<void>((resolve, reject) => {
      tar.entry(entry, content, (error) => (error ? reject(error) : resolve()))
    })
  }
  tar.finalize()
  const payload = await zipped
  if (payload.length > MAX_PACKAGE_BYTES)
    throw new Error(`the package has ${payload.length} bytes, which is too much`)
  const header = {
    product: PRODUCT,
    version,
    build,
    payloadBytes: payload.length,
    unpackedBytes,
    sha512: createHash('sha512').update(payload).digest('hex'),
    modules: hashOfModules(lock),
    withModules,
  }
  return Buffer.concat([encodeHeader(header, key), payload])
}

function filesIn(root: string, pattern: string): string[] {
  const found = globSync(pattern, { cwd: root, withFileTypes: true })
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files
    .map((file) => file.slice(root.length + 1))
    .filter((file) => !isOfTests(file))
    .sort()
}

/** Files of all modules that run in a camera, without those that are not installed on this machine. */
function modules(root: string, lock: string): string[] {
  const folders = productionModules(lock).map(([folder]) => folder)
  return folders
    .filter((folder) => !NODE_ITSELF.test(folder))
    .flatMap((folder) =>
      globSync('**/*', {
        cwd: join(root, folder),
        withFileTypes: true,
        // What lies in a node_modules of theirs has a line of its own in the lock file.
        exclude: (entry) => entry.name === 'node_modules',
      })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
    )
    .sort()
}

/** The text of a package.json with another version. */
function versioned(file: string, { version, build }: Version): string {
  const present = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  return `${JSON.stringify({ ...present, version, build }, undefined, 2)}\n`
}

/** Puts a package into a folder for a web server, with the vedette.json that cameras look for (`--update-url`). */
export function writeFeed(folder: string, file: string, content: Buffer, { version, build }: Version): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, file), content)
  const sha512 = createHash('sha512').update(content).digest('hex')
  const offer = { version, build, file, size: content.length, sha512 }
  writeFileSync(join(folder, 'vedette.json'), `${JSON.stringify(offer, undefined, 2)}\n`)
}
