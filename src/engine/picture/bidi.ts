/**
 * The order in which the letters of a line stand from left to right: Hebrew and Arabic run the other way, their
 * numbers do not (Unicode UAX #9). Left out are explicit marks, which names cannot hold, pairs of brackets
 * (N0) and digits with signs.
 */

type Kind = 'left' | 'right' | 'number' | 'neutral'

/** One letter with all that stands on it. */
export interface Placed {
  readonly sign: string
  /** The letter belongs to a passage that is read from right to left. */
  readonly fromRight: boolean
}

const RIGHT = /^[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u
const SEPARATOR = /^[.,:/]$/
const MIRRORED = new Map(
  ['()', '[]', '{}', '<>', '«»'].flatMap(([a, b]) => [[a!, b!] as const, [b!, a!] as const]),
)

/** Signs as they are written become signs as they stand. Pure. */
export function visualOrder(signs: readonly string[]): readonly Placed[] {
  const kinds = signs.map(kindOf)
  if (!kinds.includes('right')) return signs.map((sign) => ({ sign, fromRight: false }))
  const base = kinds.find((kind) => kind === 'left' || kind === 'right') === 'right' ? 1 : 0
  const levels = levelsOf(withNumbers(kinds, signs, base), base)
  const order = signs.map((_sign, index) => index)
  for (let level = 2; level >= 1; level -= 1) reverseRuns(order, (index) => levels[index]! >= level)
  return order.map((index) => {
    const fromRight = levels[index] === 1
    const sign = signs[index]!
    return { sign: fromRight ? (MIRRORED.get(sign) ?? sign) : sign, fromRight }
  })
}

function kindOf(sign: string): Kind {
  if (/^\p{Nd}/u.test(sign)) return 'number'
  if (!/^\p{L}/u.test(sign)) return 'neutral'
  return RIGHT.test(sign) ? 'right' : 'left'
}

/** UAX #9 W4 and W7: a separator joins two numbers, and a number after a left letter is one of its own. */
function withNumbers(kinds: readonly Kind[], signs: readonly string[], base: number): readonly Kind[] {
  let strong: Kind = base === 1 ? 'right' : 'left'
  const joined = kinds.map((kind, index) => {
    const between = kinds[index - 1] === 'number' && kinds[index + 1] === 'number'
    return between && SEPARATOR.test(signs[index]!) ? 'number' : kind
  })
  return joined.map((kind) => {
    if (kind === 'left' || kind === 'right') strong = kind
    return kind === 'number' && strong === 'left' ? 'left' : kind
  })
}

/** UAX #9 N1, N2 and I1, I2: what is neutral goes with both its neighbours, or else with the line. */
function levelsOf(kinds: readonly Kind[], base: number): readonly number[] {
  const side = (kind: Kind | undefined) => (kind === undefined ? base : kind === 'left' ? 0 : 1)
  return kinds.map((kind, index) => {
    if (kind === 'number') return 2
    if (kind !== 'neutral') return side(kind) === 1 ? 1 : 2 * base
    const before = side(kinds.slice(0, index).findLast((one) => one !== 'neutral'))
    const after = side(kinds.slice(index).find((one) => one !== 'neutral'))
    return (before === after ? before : base) === 1 ? 1 : 2 * base
  })
}

/** Turns each run of places round that belong together. */
function reverseRuns(order: number[], belongs: (index: number) => boolean): void {
  for (let start = 0; start < order.length; start += 1) {
    let end = start
    while (end < order.length && belongs(order[end]!)) end += 1
    order.splice(start, end - start, ...order.slice(start, end).reverse())
    start = Math.max(start, end - 1)
  }
}
