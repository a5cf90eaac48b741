/** Reads bit fields and Exp-Golomb numbers, most significant bit first (H.264 §7.2, §9.1). */
import { ParseError } from '../../base/errors.ts'

export class BitReader {
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
