/** Firmware in pieces: one POST each, told apart by the file name `<name>&<id>&<number>&<total bytes>`. */
import { CameraError } from '../base/errors.ts'

/** Clients send 40960 bytes. */
const MAX_PIECE_BYTES = 1024 * 1024

export interface Piece {
  readonly name: string
  readonly id: string
  /** From 0. */
  readonly number: number
  readonly totalBytes: number
}

/** Undefined for the name of a whole file. */
export function pieceOf(filename: string): Piece | undefined {
  const match = /^(?<name>.*)&(?<id>[^&]{1,64})&(?<number>\d{1,7})&(?<total>\d{1,12})$/s.exec(filename)
  if (!match?.groups) return undefined
  const { name, id, number, total } = match.groups as Record<'name' | 'id' | 'number' | 'total', string>
  return { name, id, number: Number(number), totalBytes: Number(total) }
}

/** All of a piece, in memory. Errors: CameraError `bad-value` if it is too large; those of the stream. */
export async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of content) {
    bytes += chunk.length
    if (bytes > MAX_PIECE_BYTES) throw new CameraError('bad-value', 'the piece is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Whether pieces follow one another. */
export class PieceOrder {
  readonly #first: Piece
  #next = 0
  #bytes = 0

  constructor(first: Piece) {
    this.#first = first
  }

  /** Errors: CameraError `bad-value` if it is not the one that is due. */
  check({ id, number, totalBytes }: Piece): void {
    if (id !== this.#first.id) throw new CameraError('bad-value', 'the piece belongs to another upload')
    if (number !== this.#next) throw new CameraError('bad-value', `piece ${this.#next} is due, not ${number}`)
    if (totalBytes !== this.#first.totalBytes) throw new CameraError('bad-value', 'the length has changed')
  }

  /** Takes the piece that was checked. True if it was the last one. Errors: CameraError `bad-value`. */
  take(bytes: number): boolean {
    this.#next += 1
    this.#bytes += bytes
    if (bytes === 0 || this.#bytes > this.#first.totalBytes) {
      throw new CameraError('bad-value', 'the pieces do not fit the length they name')
    }
    return this.#bytes === this.#first.totalBytes
  }
}
