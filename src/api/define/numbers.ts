/** Number kinds. Integers may arrive as decimal strings, switches as true and false (Guide §2.2 rule 6, Q-20). */
import { type About, badValue, type Field, keepCurrent } from './field.ts'

/** The wire's switch: 0 or 1. */
export type Flag = 0 | 1

/** An integer from a number or a decimal string; undefined if it is neither. */
export function toInteger(input: unknown): number | undefined {
  if (typeof input === 'number') return Number.isSafeInteger(input) ? input : undefined
  if (typeof input === 'string' && /^\s*-?\d{1,15}\s*$/.test(input)) return Number(input)
  return undefined
}

/** A switch: 0 = off, 1 = on; `range` prints it as "boolean". */
export function flag(initial: Flag, about: About = {}): Field<Flag> {
  return {
    kind: 'flag',
    initial,
    about,
    read: keepCurrent((input, path) => {
      const value = typeof input === 'boolean' ? Number(input) : toInteger(input)
      return value === 0 || value === 1 ? value : badValue(path, '0 or 1')
    }),
    show: (value) => value,
    range: () => 'boolean',
    schema: () => ({ type: 'integer', enum: [0, 1] }),
    samples: () => ({
      good: [0, 1],
      bad: [2, -1, 'x', null, {}, []].map((input) => ({ input, kind: 'bad-value' as const })),
    }),
  }
}

interface IntegerOptions extends About {
  readonly min: number
  readonly max: number
  readonly initial: number
}

/** A whole number from `min` to `max`, both included. */
export function integer({ min, max, initial, ...about }: IntegerOptions): Field<number> {
  return {
    kind: 'integer',
    initial,
    about,
    read: keepCurrent((input, path) => {
      const value = toInteger(input)
      if (value === undefined || value < min || value > max) badValue(path, `a whole number ${min}..${max}`)
      return value
    }),
    show: (value) => value,
    range: () => ({ min, max }),
    schema: () => ({ type: 'integer', minimum: min, maximum: max }),
    samples: () => ({
      good: [min, max],
      bad: [min - 1, max + 1, min + 0.5, 'x', null, {}].map((input) => ({
        input,
        kind: 'bad-value' as const,
      })),
    }),
  }
}

/** A TCP or UDP port. */
export function port(initial: number, about: About = {}): Field<number> {
  return { ...integer({ min: 1, max: 65535, initial, ...about }), kind: 'port' }
}
