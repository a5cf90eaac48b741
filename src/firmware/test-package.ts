/** Small packages for tests: any entries in any header, signed with a key of the test. */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack, type Header as TarHeader } from 'tar-stream'
import { encodeHeader, type Header, PRODUCT } from './header.ts'

export interface TestEntry extends Partial<TarHeader> {
  readonly name: string
  readonly content?: string | Buffer
}

export const KEYS = generateKeyPairSync('ed25519')

/** A tar.gz of entries, however hostile. */
export async function archiveOf(entries: readonly TestEntry[]): Promise<Buffer> {
  const tar = pack()
  const whole = buffer(tar)
  for (const { content, ...header } of entries) tar.entry(header, content ?? '')
  tar.finalize()
  return gzipSync(await whole)
}

/** The files of the smallest version that can be installed. */
export function filesOf(version: string, build: string): TestEntry[] {
  return [
    { name: 'package.json', content: JSON.stringify({ version, build }) },
    { name: 'src/camera-process.ts', content: `// ${version}` },
    { name: 'src/store/migrations/1.sql', content: '' },
  ]
}

/** A package around a payload; `header` says what shall be otherwise. */
export function packageOf(
  payload: Buffer,
  header: Partial<Header> = {},
  key: KeyObject = KEYS.privateKey,
): Buffer {
  const whole: Header = {
    product: PRODUCT,
    version: '2.0.0',
    build: '1',
    payloadBytes: payload.length,
    unpackedBytes: 100_000,
    sha512: createHash('sha512').update(payload).digest('hex'),
    modules: '',
    withModules: false,
    ...header,
  }
  return Buffer.concat([encodeHeader(whole, key), payload])
}
