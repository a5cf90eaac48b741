/** The size of the picture in an H.264 sequence parameter set (ITU-T H.264, 08/2021), for tests of encoders. */
import { ParseError } from '../base/errors.ts'
import { nalType } from './codec/h264.ts'

/** nal_unit_type (H.264 table 7-1). */
const NAL_SPS = 7

/** profile_idc values whose parameter sets carry the chroma format (H.264 §7.3.2.1.1). */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135])

/** Size of the cropped picture in pixels (H.264 §7.4.2.1.1). Errors: ParseError. */
export function readSpsSize(sps: Uint8Array): { readonly width: number; readonly height: number } {
  if (nalType(sps) !== NAL_SPS) throw new ParseError('H.264 §7.3.2.1', 'not a sequence parameter set')
  const bits = new BitReader(unescapeNal(sps), 'H.264 §7.3.2.1.1')
  bits.skip(8) // NAL unit header
  const profile = bits.take(8)
  bits.skip(16) // constraint flags, level_idc
  bits.ue() // seq_parameter_set_id
  const chroma = HIGH_PROFILES.has(profile) ? readChromaFormat(bits) : 1
  bits.ue() // log2_max_frame_num_minus4
  skipPictureOrder(bits)
  bits.ue() // max_num_ref_frames
  bits.skip(1) // gaps_in_frame_num_value_allowed_flag
  const widthMbs = bits.ue() + 1
  const heightUnits = bits.ue() + 1
  const fieldFactor = 2 - bits.take(1) // frame_mbs_only_flag
  if (fieldFactor === 2) bits.skip(1) // mb_adaptive_frame_field_flag
  bits.skip(1) // direct_8x8_inference_flag
  const [left, right, top, bottom] = bits.take(1)
    ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()]
    : [0, 0, 0, 0]
  const unitX = chroma === 1 || chroma === 2 ? 2 : 1 // H.264 table 6-1
  const unitY = (chroma === 1 ? 2 : 1) * fieldFactor
  const width = widthMbs * 16 - unitX * (left + right)
  const height = heightUnits * fieldFactor * 16 - unitY * (top + bottom)
  if (width <= 0 || height <= 0) throw new ParseError('H.264 §7.4.2.1.1', 'the cropping leaves no picture')
  return { width, height }
}

/** chroma_format_idc and what follows it for the high profiles. */
function readChromaFormat(bits: BitReader): number {
  const chroma = bits.ue()
  if (chroma === 3) bits.skip(1) // separate_colour_plane_flag
  bits.ue() // bit_depth_luma_minus8
  bits.ue() // bit_depth_chroma_minus8
  bits.skip(1) // qpprime_y_zero_transform_bypass_flag
  if (bits.take(1) === 0) return chroma // seq_scaling_matrix_present_flag
  for (let list = 0; list < (chroma === 3 ? 12 : 8); list += 1) {
    if (bits.take(1)) skipScalingList(bits, list < 6 ? 16 : 64)
  }
  return chroma
}

/** scaling_list (H.264 §7.3.2.1.1.1). */
function skipScalingList(bits: BitReader, size: number): void {
  let next = 8
  for (let index = 0; index < size && next !== 0; index += 1) next = (next + bits.se() + 256) & 0xff
}

function skipPictureOrder(bits: BitReader): void {
  const type = bits.ue() // pic_order_cnt_type
  if (type === 0) bits.ue() // log2_max_pic_order_cnt_lsb_minus4
  if (type !== 1) return
  bits.skip(1) // delta_pic_order_always_zero_flag
  bits.se() // offset_for_non_ref_pic
  bits.se() // offset_for_top_to_bottom_field
  for (let left = bits.ue(); left > 0; left -= 1) bits.se() // offset_for_ref_frame
}

/** Removes the emulation prevention bytes: 00 00 03 becomes 00 00 (H.264 §7.4.1). */
function unescapeNal(nal: Uint8Array): Uint8Array {
  return nal.filter((byte, at) => !(byte === 3 && at >= 2 && nal[at - 1] === 0 && nal[at - 2] === 0))
}

/** Reads bit fields and Exp-Golomb numbers, most significant bit first (H.264 §7.2, §9.1). */
class BitReader {
  readonly #bytes: Uint8Array
  readonly #spec: string
  #position = 0

  /** `spec` names the rule in the ParseError that every method throws when the bytes end too early. */
  constructor(bytes: Uint8Array, spec: string) {
    this.#bytes = bytes
    this.#spec = spec
  }

  /** An unsigned number of `count` bits, at most 32. */
  take(count: number): number {
    this.#need(count)
    let value = 0
    for (let left = count; left > 0; left -= 1) {
      const byte = this.#bytes[this.#position >> 3]!
      value = value * 2 + ((byte >> (7 - (this.#position & 7))) & 1)
      this.#position += 1
    }
    return value
  }

  skip(count: number): void {
    this.#need(count)
    this.#position += count
  }

  /** ue(v), 0 to 2^32 - 2. */
  ue(): number {
    let zeros = 0
    while (this.take(1) === 0) {
      zeros += 1
      if (zeros > 31) throw this.#error('an Exp-Golomb number is too long')
    }
    return 2 ** zeros - 1 + this.take(zeros)
  }

  /** se(v). */
  se(): number {
    const code = this.ue()
    return code % 2 === 0 ? -code / 2 : (code + 1) / 2
  }

  #need(count: number): void {
    if (this.#position + count > this.#bytes.length * 8) throw this.#error('the data ends too early')
  }

  #error(message: string): ParseError {
    return new ParseError(this.#spec, message, this.#position >> 3)
  }
}
