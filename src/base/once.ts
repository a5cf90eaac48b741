/** Remembering what was computed, for an object that never changes or for the last key. */

/** A function that computes its result once for each object, for as long as the object lives. */
export function oncePer<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const results = new WeakMap<K, { readonly value: V }>()
  return (key) => {
    const known = results.get(key)
    if (known !== undefined) return known.value
    const value = compute(key)
    results.set(key, { value })
    return value
  }
}

/** A function that computes its result anew only when its key is another one than before. */
export function lastOf<K extends string, V>(compute: (key: K) => V): (key: K) => V {
  let last: { readonly key: K; readonly value: V } | undefined
  return (key) => {
    if (last?.key !== key) last = { key, value: compute(key) }
    return last.value
  }
}
