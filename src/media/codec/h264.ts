/**
 * H.264 byte forms: the Annex B byte stream that encoders write and the length-prefixed AVC form that
 * packets carry. Pure; slices are not read.
 * Specifications: ITU-T H.264 (08/2021), ISO/IEC 14496-15:2019 §5.3.
 */
import { ParseError } from '../../base/errors.ts'

/** nal_unit_type (H.264 table 7-1). */
const NAL_IDR_SLICE = 5
const NAL_SPS = 7
const NAL_PPS = 8
const NAL_ACCESS_UNIT_DELIMITER = 9

/** NAL unit length fields are 4 bytes wide everywhere in Vedette (ISO/IEC 14496-15 §5.3.3.1, lengthSizeMinusOne 3). */
const LENGTH_BYTES = 4

/** One access unit as a packet carries it, with its parameter sets taken out. */
export interface AccessUnit {
  /** Remaining NAL units in AVC form. */
  readonly data: Uint8Array
  /** True if the picture is an IDR picture. */
  readonly isKey: boolean
  readonly sps: Uint8Array | undefined
  readonly pps: Uint8Array | undefined
}

/** nal_unit_type of a NAL unit; 0, which the specification leaves unspecified, for an empty one. */
export function nalType(nal: Uint8Array): number {
  return (nal[0] ?? 0) & 0x1f
}

/**
 * NAL units of a byte stream, as views without start codes and trailing zeros (H.264 §B.1).
 * Errors: ParseError if something other than zeros stands before the first start code.
 */
export function splitAnnexB(stream: Uint8Array): Uint8Array[] {
  const nals: Uint8Array[] = []
  let start = -1
  for (let at = findStartCode(stream, 0); at < stream.length; at = findStartCode(stream, at + 3)) {
    pushNal(nals, stream, start, at)
    start = at + 3
  }
  pushNal(nals, stream, start, stream.length)
  return nals
}

/** Offset of the next 00 00 01, or the stream's length. */
function findStartCode(stream: Uint8Array, from: number): number {
  // The third byte decides: most bytes are above 1 and let three be skipped at once.
  for (let at = from + 2; at < stream.length; ) {
    const third = stream[at]!
    if (third > 1) at += 3
    else if (third === 1 && stream[at - 1] === 0 && stream[at - 2] === 0) return at - 2
    else at += 1
  }
  return stream.length
}

function pushNal(nals: Uint8Array[], stream: Uint8Array, start: number, end: number): void {
  let stop = end
  while (stop > Math.max(start, 0) && stream[stop - 1] === 0) stop -= 1
  if (start >= 0) {
    if (stop > start) nals.push(stream.subarray(start, stop))
  } else if (stop > 0) {
    throw new ParseError('H.264 §B.1', 'bytes before the first start code')
  }
}

/** Byte stream with a 4-byte start code before each NAL unit (H.264 §B.1.1). */
export function joinAnnexB(nals: readonly Uint8Array[]): Uint8Array {
  return join(nals, () => 1)
}

/** NAL units, each behind its length (ISO/IEC 14496-15 §5.3.4.2). */
export function joinAvcc(nals: readonly Uint8Array[]): Uint8Array {
  return join(nals, (nal) => nal.length)
}

/** A start code and a length field are both one 4-byte number. */
function join(nals: readonly Uint8Array[], prefix: (nal: Uint8Array) => number): Uint8Array {
  const size = nals.reduce((sum, nal) => sum + LENGTH_BYTES + nal.length, 0)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let offset = 0
  for (const nal of nals) {
    view.setUint32(offset, prefix(nal))
    bytes.set(nal, offset + LENGTH_BYTES)
    offset += LENGTH_BYTES + nal.length
  }
  return bytes
}

/** NAL units of an AVC sample, as views. Errors: ParseError if a length does not fit. */
export function splitAvcc(sample: Uint8Array): Uint8Array[] {
  const view = new DataView(sample.buffer, sample.byteOffset, sample.length)
  const nals: Uint8Array[] = []
  for (let offset = 0; offset < sample.length; ) {
    const start = offset + LENGTH_BYTES
    if (start > sample.length)
      throw new ParseError('ISO/IEC 14496-15 §5.3.4.2', 'a length field is cut off', offset)
    const end = start + view.getUint32(offset)
    if (end > sample.length)
      throw new ParseError('ISO/IEC 14496-15 §5.3.4.2', 'a NAL unit is cut off', offset)
    nals.push(sample.subarray(start, end))
    offset = end
  }
  return nals
}

/**
 * Turns one access unit of an encoder's byte stream into the form of a packet: parameter sets are given on
 * their own besides, delimiters are dropped. The result owns its memory. Errors: ParseError as `splitAnnexB`.
 */
export function readAccessUnit(stream: Uint8Array): AccessUnit {
  const nals = splitAnnexB(stream)
  const last = (type: number) => nals.findLast((nal) => nalType(nal) === type)?.slice()
  return {
    data: joinAvcc(nals.filter((nal) => !LEFT_OUT.has(nalType(nal)))),
    isKey: nals.some((nal) => nalType(nal) === NAL_IDR_SLICE),
    sps: last(NAL_SPS),
    pps: last(NAL_PPS),
  }
}

/** Parameter sets stay with their key picture: a recorder that keeps the first ones can follow a change. */
const LEFT_OUT = new Set([NAL_ACCESS_UNIT_DELIMITER])
