/**
 * The container of a configuration file: gzip (RFC 1952) round a tar (POSIX.1-2001 ustar) with one regular file,
 * `config.json`. Read in memory and more strictly than tar allows: nothing may stand before, beside or behind it.
 */
import { promisify } from 'node:util'
import { constants, gunzip, gzip } from 'node:zlib'
import { CameraError } from '../base/errors.ts'

const FILE = 'config.json'
/** Bounds of what is read. */
export const MAX_PACKED_BYTES = 1024 * 1024
const MAX_UNPACKED_BYTES = 8 * 1024 * 1024
/** Size of a header and unit of all content (POSIX.1-2001, pax, ustar Interchange Format). */
const BLOCK_BYTES = 512
/** Two empty blocks. */
const END_BYTES = 2 * BLOCK_BYTES

/** The archive as a file to keep. */
export async function packArchive(text: string): Promise<Uint8Array> {
  const tar = await import('tar-stream')
  const pack = tar.pack()
  pack.entry({ name: FILE, mode: 0o600 }, text)
  pack.finalize()
  return await promisify(gzip)(await bytesOf(pack))
}

/** The text of `config.json`. Errors: CameraError `check-failed` for anything that is not exactly such an archive. */
export async function unpackArchive(packed: Uint8Array): Promise<string> {
  if (packed.length > MAX_PACKED_BYTES) refuse(`it is larger than ${MAX_PACKED_BYTES} bytes`)
  const content = await readTar(await unzip(packed))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch (error) {
    throw refusal('its text is not UTF-8', error)
  }
}

/** Refuses a configuration file, and says why. */
export function refuse(why: string): never {
  throw refusal(why)
}

export function refusal(why: string, cause?: unknown): CameraError {
  return new CameraError('check-failed', `the configuration file is refused: ${why}`, cause)
}

function unzip(packed: Uint8Array): Promise<Buffer> {
  const options = {
    maxOutputLength: MAX_UNPACKED_BYTES,
    finishFlush: constants.Z_FINISH,
    // Gives back the stream besides, which knows how far it read.
    info: true,
  }
  return new Promise((resolve, reject) => {
    gunzip(packed, options, (error, result) => {
      const { buffer, engine } = (result ?? {}) as unknown as {
        buffer?: Buffer
        engine?: { readonly bytesWritten: number }
      }
      if (error !== null || buffer === undefined) reject(refusal('it is no sound gzip file', error))
      else if (engine?.bytesWritten !== packed.length) reject(refusal('something follows the gzip stream'))
      else resolve(buffer)
    })
  })
}

/** The content of the only file. */
async function readTar(bytes: Buffer): Promise<Buffer> {
  // A header that promises more than there is would make a reader wait for it.
  if (bytes.length === 0 || bytes.length % BLOCK_BYTES !== 0) refuse('the archive is incomplete')
  const { extract } = await import('tar-stream')
  const extraction = extract()
  extraction.on('error', () => undefined)
  extraction.end(bytes)
  try {
    for await (const entry of extraction) {
      // Known to the library, not to its types.
      const header = entry.header as typeof entry.header & { readonly byteOffset: number }
      // Its content is cut from the bytes.
      entry.destroy()
      return contentOf(bytes, header)
    }
  } catch (error) {
    if (error instanceof CameraError) throw error
    throw refusal('it is no tar archive', error)
  }
  return refuse('the archive is empty')
}

interface EntryHeader {
  readonly name: string
  readonly type?: string | null | undefined
  readonly size?: number | undefined
  /** Where the content begins. */
  readonly byteOffset: number
}

function contentOf(bytes: Buffer, { name, type, size, byteOffset }: EntryHeader): Buffer {
  // An extended header, which could rename or resize the file, would stand before it.
  if (byteOffset !== BLOCK_BYTES) refuse('something stands before its file')
  if (type !== 'file') refuse(`it holds a ${type}`)
  if (name !== FILE) refuse(`it does not hold ${FILE}`)
  const blocks = Math.ceil((size ?? 0) / BLOCK_BYTES)
  if (size === undefined || bytes.length < BLOCK_BYTES + blocks * BLOCK_BYTES + END_BYTES) {
    refuse('the archive is incomplete')
  }
  const end = BLOCK_BYTES + size
  if (bytes.subarray(end).some((byte) => byte !== 0)) refuse('something follows its file')
  return bytes.subarray(BLOCK_BYTES, end)
}

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
