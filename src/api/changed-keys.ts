/** What differs between two values of a setting: names alone, never what they hold. */
import { isDeepStrictEqual } from 'node:util'
import { isObject } from './define/groups.ts'

/** Characters of a sentence's list of names. */
const MAX_LENGTH = 150

/** Paths of the members that differ, such as `Osd.osdChannel.name`. A list counts as one member. */
export function changedKeys(before: unknown, after: unknown, path: string): readonly string[] {
  if (!isObject(before) || !isObject(after)) return isDeepStrictEqual(before, after) ? [] : [path]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => changedKeys(before[name], after[name], `${path}.${name}`))
}

/** The paths as a list that ends with how many more there are. */
export function sentenceOf(paths: readonly string[]): string {
  const shown: string[] = []
  for (const path of paths) {
    if (shown.length > 0 && [...shown, path].join(', ').length > MAX_LENGTH) break
    shown.push(path)
  }
  const more = paths.length - shown.length
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`
}
