/** Decoded pictures that wait for their time. Few, because each may be megabytes: more push the oldest out. */
import type { Frame } from 'node-av/lib'

/** Enough for what is read ahead at 60 pictures a second. */
const MAX_FRAMES = 8

export class FrameQueue {
  readonly #waiting: { readonly frame: Frame; readonly showAtMs: number }[] = []
  #current: Frame | undefined
  #version = 0

  /** Grows with every new current frame. */
  get version(): number {
    return this.#version
  }

  /** Takes the frame over and frees it in time. */
  push(frame: Frame, showAtMs: number): void {
    if (this.#waiting.length >= MAX_FRAMES) this.#advance()
    this.#waiting.push({ frame, showAtMs })
  }

  /** The newest frame whose time has come; the one before stays until then. */
  at(nowMs: number): Frame | undefined {
    while (this.#waiting[0] && this.#waiting[0].showAtMs <= nowMs) this.#advance()
    return this.#current
  }

  clear(): void {
    while (this.#waiting.length > 0) this.#advance()
    this.#current?.free()
    this.#current = undefined
  }

  #advance(): void {
    const next = this.#waiting.shift()
    if (!next) return
    this.#current?.free()
    this.#current = next.frame
    this.#version += 1
  }
}
