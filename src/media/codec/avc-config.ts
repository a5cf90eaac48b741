/** AVCDecoderConfigurationRecord, the `avcC` of H.264 in files and streams (ISO/IEC 14496-15 §5.2.4.1). */
import { ParseError } from '../../base/errors.ts'

const SPEC = 'ISO/IEC 14496-15 §5.2.4.1'
/** Profiles whose record tells the sample format too: High and its relatives. */
const PROFILES_WITH_FORMAT: readonly number[] = [100, 110, 122, 144]

/** One sequence and one picture parameter set, each a NAL unit without start code. */
export interface ParameterSets {
  readonly sps: Uint8Array
  readonly pps: Uint8Array
}

/** The record for 4-byte NAL unit lengths and, as all pictures of the camera are, 8-bit 4:2:0. */
export function writeAvcConfig({ sps, pps }: ParameterSets): Buffer {
  const profile = sps[1] ?? 0
  const pieces: Uint8Array[] = [
    Uint8Array.of(
      1, // configurationVersion
      profile, // AVCProfileIndication
      sps[2] ?? 0, // profile_compatibility
      sps[3] ?? 0, // AVCLevelIndication
      0xfc | 3, // reserved, lengthSizeMinusOne
      0xe0 | 1, // reserved, numOfSequenceParameterSets
    ),
    ...withLength(sps),
    Uint8Array.of(1), // numOfPictureParameterSets
    ...withLength(pps),
  ]
  if (PROFILES_WITH_FORMAT.includes(profile)) {
    pieces.push(
      Uint8Array.of(
        0xfc | 1, // reserved, chroma_format: 4:2:0
        0xf8 | 0, // reserved, bit_depth_luma_minus8
        0xf8 | 0, // reserved, bit_depth_chroma_minus8
        0, // numOfSequenceParameterSetExt
      ),
    )
  }
  return Buffer.concat(pieces)
}

/** The first sequence and picture parameter set of a record. Errors: ParseError; only 4-byte lengths are read. */
export function readAvcConfig(record: Uint8Array): ParameterSets {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
  if (bytes.length < 8) throw new ParseError(SPEC, 'the record is cut', bytes.length)
  if (bytes[0] !== 1) throw new ParseError(SPEC, `unknown version ${bytes[0]}`)
  if ((bytes[4]! & 3) !== 3) throw new ParseError(SPEC, 'NAL unit lengths are not 4 bytes', 4)
  if ((bytes[5]! & 31) !== 1) throw new ParseError(SPEC, 'there is not one sequence parameter set', 5)
  const sps = readUnit(bytes, 6)
  const countOffset = 8 + sps.length
  if ((bytes[countOffset] ?? 0) < 1)
    throw new ParseError(SPEC, 'there is no picture parameter set', countOffset)
  return { sps, pps: readUnit(bytes, countOffset + 1) }
}

function withLength(unit: Uint8Array): Uint8Array[] {
  return [Uint8Array.of(unit.length >> 8, unit.length & 255), unit]
}

function readUnit(bytes: Buffer, offset: number): Buffer {
  if (offset + 2 > bytes.length) throw new ParseError(SPEC, 'the record is cut', bytes.length)
  const end = offset + 2 + bytes.readUInt16BE(offset)
  if (end > bytes.length) throw new ParseError(SPEC, 'the record is cut', bytes.length)
  return bytes.subarray(offset + 2, end)
}
