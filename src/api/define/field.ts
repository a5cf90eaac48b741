/**
 * What every field of the command language is: one value of a declaration, with everything that follows
 * from it. The kinds stand beside this file; a new kind is one function that returns a `Field`.
 */
import { CameraError, type ErrorKind } from '../../base/errors.ts'

/** The part of JSON Schema that the OpenAPI document uses. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Inputs for the generated tests: what must be stored, and what must be refused and how. */
export interface Samples {
  readonly good: readonly unknown[]
  readonly bad: readonly { readonly input: unknown; readonly kind: ErrorKind }[]
}

export interface Field<T> {
  /** Name of the kind, for the reference pages. */
  readonly kind: string
  /** Factory value. */
  readonly initial: T
  readonly about: About
  /**
   * Turns input into a value. Input that is left out (`undefined`) becomes `current`; without a current
   * value it is missing. `path` names the field in messages.
   * Errors: CameraError `missing`, `bad-value`, `too-long`.
   */
  read(input: unknown, current: T | undefined, path: string): T
  /** The value as a Get answers it. */
  show(value: T): unknown
  /** Permitted values in the notation of Guide §5. */
  range(): unknown
  schema(): JsonSchema
  samples(): Samples
}

/** What people want to know about a field; all of it goes into the reference and the web form. */
export interface About {
  readonly label?: string
  readonly unit?: string
}

/** The type of a field's value. */
export type Infer<F> = F extends Field<infer T> ? T : never

/** Refuses a value: wrong type, or outside its range or list (rspCode -4). */
export function badValue(path: string, expected: string): never {
  throw new CameraError('bad-value', `${path} must be ${expected}`)
}

/** Refuses the absence of a mandatory value (rspCode -23). */
export function missing(path: string): never {
  throw new CameraError('missing', `${path} is missing`)
}

/** The common part of all kinds: input that is left out keeps the current value. */
export function keepCurrent<T>(
  read: (input: unknown, path: string, current: T | undefined) => T,
): Field<T>['read'] {
  return (input, current, path) => {
    if (input !== undefined) return read(input, path, current)
    return current === undefined ? missing(path) : current
  }
}

/** A field of an action that may be left out; it reads as `undefined` then. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    ...field,
    initial: undefined,
    read: (input, _current, path) => (input === undefined ? undefined : field.read(input, undefined, path)),
    show: (value) => (value === undefined ? undefined : field.show(value)),
  }
}

/** A field of an action that has a default when left out. */
export function withDefault<T>(field: Field<T>, value: T): Field<T> {
  return {
    ...field,
    initial: value,
    read: (input, current, path) => field.read(input, current ?? value, path),
  }
}
