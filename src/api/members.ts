/** Looking up members of request objects: names are trimmed and matched without regard to case. */

/** The member called `name`, or undefined. The exact spelling wins over a loose one. */
export function memberOf(object: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name]
  const wanted = name.toLowerCase()
  for (const key of Object.keys(object)) {
    if (key.trim().toLowerCase() === wanted) return object[key]
  }
  return undefined
}
