/** Reading stored values back: what is not of the expected form is refused as a whole. */
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Place } from './head.ts'

/** Where values are kept; `save` has reached the disk when it returns. */
export interface Memory {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

/** Loads a value. One that `read` throws at is logged and gives `otherwise`. */
export function recall<T>(
  memory: Memory,
  key: string,
  read: (value: Fields) => T,
  otherwise: T,
  log: Log,
): T {
  const stored = memory.load(key)
  if (stored === undefined) return otherwise
  try {
    return read(new Fields(stored))
  } catch (error) {
    log.error({ setting: key, reason: messageOf(error) }, 'a stored value is not valid any more')
    return otherwise
  }
}

/** One stored value, taken apart step by step. Errors: Error that says what is wrong. */
export class Fields {
  readonly #value: unknown

  constructor(value: unknown) {
    this.#value = value
  }

  has(name: string): boolean {
    return typeof this.#value === 'object' && this.#value !== null && Object.hasOwn(this.#value, name)
  }

  member(name: string): Fields {
    if (!this.has(name)) throw new Error(`${name} is missing`)
    return new Fields((this.#value as Record<string, unknown>)[name])
  }

  items(): readonly Fields[] {
    if (!Array.isArray(this.#value)) throw new Error('a list is expected')
    return this.#value.map((item) => new Fields(item))
  }

  number(least: number, most: number): number {
    const value = this.#value
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw new Error(`a number ${least}..${most} is expected`)
    }
    return value
  }

  text(): string {
    if (typeof this.#value !== 'string') throw new Error('a text is expected')
    return this.#value
  }

  boolean(): boolean {
    if (typeof this.#value !== 'boolean') throw new Error('true or false is expected')
    return this.#value
  }
}

/** Reads a place as heads make them. */
export function readPlace(value: Fields): Place {
  const kind = value.member('kind').text()
  const share = (name: string) => value.member(name).number(0, 1)
  switch (kind) {
    case 'pose':
      return {
        kind,
        pan: share('pan'),
        tilt: share('tilt'),
        zoom: value.member('zoom').number(1, 1000),
        focus: share('focus'),
      }
    case 'pelco':
      return { kind, preset: value.member('preset').number(1, 255) }
    case 'onvif':
      return { kind, token: value.member('token').text() }
    default:
      throw new Error(`there is no place of the kind ${kind}`)
  }
}
