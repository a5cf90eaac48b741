/** One value out of a list. Words are compared without regard to case and stored as the list spells them. */
import { type About, badValue, type Field, keepCurrent } from './field.ts'
import { toInteger } from './numbers.ts'

interface ChoiceOptions<T> extends About {
  readonly initial: T
  /** Other spellings of clients: what arrives (in lower case, a number as text) → what it stands for. */
  readonly aliases?: Readonly<Record<string, T>>
}

export function choice<const T extends string | number>(
  values: readonly T[],
  { initial, aliases = {}, ...about }: ChoiceOptions<T>,
): Field<T> {
  const words = new Map<string, T>(Object.entries(aliases))
  for (const value of values) if (typeof value === 'string') words.set(value.toLowerCase(), value)
  const numbers = new Set<unknown>(values.filter((value) => typeof value === 'number'))
  const find = (input: unknown): T | undefined => {
    const isText = typeof input === 'string' || typeof input === 'number'
    const word = isText ? words.get(String(input).trim().toLowerCase()) : undefined
    if (word !== undefined) return word
    const number = toInteger(input)
    return numbers.has(number) ? (number as T) : undefined
  }
  return {
    kind: 'choice',
    initial,
    about,
    read: keepCurrent((input, path) => find(input) ?? badValue(path, `one of ${values.join(', ')}`)),
    show: (value) => value,
    range: () => values,
    schema: () => ({ enum: values }),
    samples: () => ({
      good: values,
      bad: ['no such value', -987654, null, {}, []].map((input) => ({ input, kind: 'bad-value' as const })),
    }),
  }
}
