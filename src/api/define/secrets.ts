/** Taking the secrets out of a value and putting them back, as the declaration says which they are. */
import type { Field } from './field.ts'
import { isObject } from './groups.ts'

/** A field made of fields, as `group` and `list` are. */
interface Composite {
  readonly members?: Readonly<Record<string, Field<unknown>>>
  readonly item?: Field<unknown>
}

/**
 * `open` is the value without its secrets, `secret` has those alone in the same shape; each is undefined if nothing
 * is left. In lists of groups the places are kept.
 */
export interface Split {
  readonly open: unknown
  readonly secret: unknown
}

export function splitSecrets(field: Field<unknown>, value: unknown): Split {
  if (field.kind === 'secret') return { open: undefined, secret: value }
  const { members, item } = field as Composite
  if (members !== undefined && isObject(value)) {
    const open: Record<string, unknown> = {}
    const secret: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(members)) {
      const split = splitSecrets(member, value[name])
      if (split.open !== undefined) open[name] = split.open
      if (split.secret !== undefined) secret[name] = split.secret
    }
    return { open, secret: Object.keys(secret).length === 0 ? undefined : secret }
  }
  if (item !== undefined && Array.isArray(value)) {
    const parts = value.map((one) => splitSecrets(item, one))
    const hasSecrets = parts.some(({ secret }) => secret !== undefined)
    const open = item.kind === 'secret' ? undefined : parts.map((part) => part.open)
    return { open, secret: hasSecrets ? parts.map(({ secret }) => secret ?? {}) : undefined }
  }
  return { open: value, secret: undefined }
}

/** The input that `splitSecrets` took apart. Shapes that do not fit are left for the field to refuse. */
export function joinSecrets(open: unknown, secret: unknown): unknown {
  if (open === undefined || secret === undefined) return open ?? secret
  if (Array.isArray(open) && Array.isArray(secret)) {
    return open.map((one, index) => joinSecrets(one, secret[index]))
  }
  if (!isObject(open) || !isObject(secret)) return open
  const joined: Record<string, unknown> = { ...open }
  for (const [name, member] of Object.entries(secret)) {
    joined[name] = joinSecrets(Object.hasOwn(open, name) ? open[name] : undefined, member)
  }
  return joined
}
