/**
 * The head of a firmware package: what it is and who vouches for it (docs/design/firmware.md).
 *
 *   8  magic "VEDETTE\n"
 *   2  format, big endian
 *   2  length n of the JSON, big endian
 *   n  JSON, a Header
 *  64  Ed25519 signature (RFC 8032) of all of the above
 *
 * The payload follows: exactly `payloadBytes`, then the file ends.
 */
import { type KeyObject, sign, verify } from 'node:crypto'
import { CameraError } from '../base/errors.ts'
import { type Version, versionIn } from './version.ts'

const MAGIC = Buffer.from('VEDETTE\n', 'latin1')
const FORMAT = 1
const FIXED_BYTES = MAGIC.length + 2 + 2
const MAX_JSON_BYTES = 4096
/** RFC 8032 §5.1.6. */
const SIGNATURE_BYTES = 64
export const PRODUCT = 'vedette'
/** Guide §7 names no limit; a package with all modules has about 120 MiB. */
export const MAX_PACKAGE_BYTES = 256 * 1024 * 1024
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024

/** What a package says about itself. */
export interface Header extends Version {
  readonly product: string
  readonly payloadBytes: number
  /** Sum of its files. */
  readonly unpackedBytes: number
  /** Of the payload, in hexadecimal digits. */
  readonly sha512: string
  /** Hash of the modules it needs (`modules.ts`). */
  readonly modules: string
  /** They are in the payload. */
  readonly withModules: boolean
}

/** The bytes before the payload. `key` is a private Ed25519 key. */
export function encodeHeader(header: Header, key: KeyObject): Buffer {
  const json = Buffer.from(JSON.stringify(header))
  const fixed = Buffer.alloc(FIXED_BYTES)
  MAGIC.copy(fixed)
  fixed.writeUInt16BE(FORMAT, MAGIC.length)
  fixed.writeUInt16BE(json.length, MAGIC.length + 2)
  const signed = Buffer.concat([fixed, json])
  return Buffer.concat([signed, sign(null, signed, key)])
}

export interface Head {
  readonly header: Header
  /** Where the payload begins. */
  readonly bytes: number
}

/**
 * The head at the beginning of `bytes`; undefined if more is needed to tell. Nothing in it counts before one of
 * `keys` has signed it. Errors: CameraError `check-failed`.
 */
export function readHead(bytes: Buffer, keys: readonly KeyObject[]): Head | undefined {
  const known = Math.min(bytes.length, MAGIC.length)
  if (!bytes.subarray(0, known).equals(MAGIC.subarray(0, known))) refuse('it is no firmware package')
  if (bytes.length < FIXED_BYTES) return undefined
  const format = bytes.readUInt16BE(MAGIC.length)
  if (format !== FORMAT) refuse(`its format ${format} is not known`)
  const jsonBytes = bytes.readUInt16BE(MAGIC.length + 2)
  if (jsonBytes > MAX_JSON_BYTES) refuse('its header is too long')
  const signedBytes = FIXED_BYTES + jsonBytes
  if (bytes.length < signedBytes + SIGNATURE_BYTES) return undefined
  const signed = bytes.subarray(0, signedBytes)
  const signature = bytes.subarray(signedBytes, signedBytes + SIGNATURE_BYTES)
  if (keys.length === 0) {
    refuse('this camera has no update key; see npm run pak -- --help, or give one with --update-key')
  }
  if (!keys.some((key) => verify(null, signed, key, signature))) {
    refuse('it is not signed with a key that this camera knows')
  }
  return { header: parse(signed.subarray(FIXED_BYTES)), bytes: signedBytes + SIGNATURE_BYTES }
}

/** Signed or not, what is used is looked at. */
function parse(json: Buffer): Header {
  let parsed: Partial<Record<keyof Header, unknown>>
  try {
    parsed = Object(JSON.parse(json.toString('utf8')))
  } catch {
    refuse('its header is not JSON')
  }
  const { product, payloadBytes, unpackedBytes, sha512, modules, withModules } = parsed
  const version = versionIn(parsed)
  if (product !== PRODUCT) refuse('it is for another product')
  if (version === undefined) refuse('its header has no version')
  if (!isSize(payloadBytes, MAX_PACKAGE_BYTES) || !isSize(unpackedBytes, MAX_UNPACKED_BYTES)) {
    refuse('its header has no usable length')
  }
  if (typeof sha512 !== 'string' || !/^[0-9a-f]{128}$/.test(sha512)) refuse('its header has no hash')
  if (typeof modules !== 'string' || typeof withModules !== 'boolean') {
    refuse('its header does not tell which modules it needs')
  }
  return { product, ...version, payloadBytes, unpackedBytes, sha512, modules, withModules }
}

function isSize(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= max
}

/** A package that is not acceptable (rspCode -3). */
export function refuse(why: string): never {
  throw new CameraError('check-failed', `the package is refused: ${why}`)
}
