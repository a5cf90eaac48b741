/** Snapshots that were asked for and have not come yet. */
import { CameraError } from '../base/errors.ts'
import type { StreamName } from '../media/packet.ts'
import type { EngineRequest } from './protocol.ts'

export interface SnapshotWish {
  readonly stream: StreamName
  /** Pixels, from MIN_SIDE to MAX_SIDE; the stream's own size if left out. */
  readonly width?: number
  readonly height?: number
}

export const MIN_SIDE = 16
export const MAX_SIDE = 4096

const LIMIT_MS = 5000

/** More at one time is no use of a camera. */
const MAX_PENDING = 32

interface Pending {
  readonly resolve: (jpeg: Uint8Array) => void
  readonly reject: (error: CameraError) => void
  readonly timer: NodeJS.Timeout
}

export class PendingSnapshots {
  readonly #pending = new Map<number, Pending>()
  #count = 0

  /**
   * Sends a request and waits for its answer. Errors: CameraError `bad-value` for a size out of range,
   * `timeout` after 5 s, `get-failed`, and what `send` throws.
   */
  async ask(wish: SnapshotWish, send: (request: EngineRequest) => void): Promise<Uint8Array> {
    checkSide('width', wish.width)
    checkSide('height', wish.height)
    if (this.#pending.size >= MAX_PENDING)
      throw new CameraError('get-failed', 'too many snapshots at one time')
    this.#count += 1
    const id = this.#count
    send({ type: 'snapshot', id, ...wish })
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id)
        reject(new CameraError('timeout', `no snapshot within ${LIMIT_MS / 1000} s`))
      }, LIMIT_MS)
      this.#pending.set(id, { resolve, reject, timer })
    })
  }

  /** An answer that nobody waits for any more is dropped. */
  resolve(id: number, jpeg: Uint8Array): void {
    this.#settle(id)?.resolve(jpeg)
  }

  fail(id: number, message: string): void {
    this.#settle(id)?.reject(new CameraError('get-failed', message))
  }

  /** The engine is gone. */
  failAll(): void {
    for (const id of [...this.#pending.keys()]) this.fail(id, 'there is no picture: the engine ended')
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    clearTimeout(pending?.timer)
    this.#pending.delete(id)
    return pending
  }
}

function checkSide(name: string, pixels: number | undefined): void {
  if (pixels === undefined || (Number.isInteger(pixels) && pixels >= MIN_SIDE && pixels <= MAX_SIDE)) return
  throw new CameraError('bad-value', `${name} must be a whole number from ${MIN_SIDE} to ${MAX_SIDE}`)
}
