/** Fields made of fields: named members, and lists of one kind. */
import { CameraError } from '../../base/errors.ts'
import { memberOf } from '../members.ts'
import { type About, badValue, type Field, type Infer, missing, type Samples } from './field.ts'
import { integer } from './numbers.ts'

type Members = Readonly<Record<string, Field<unknown>>>
export type GroupOf<M extends Members> = { readonly [K in keyof M]: Infer<M[K]> }

export interface Group<M extends Members = Members> extends Field<GroupOf<M>> {
  readonly members: M
}

/** Tells whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mapMembers<T>(
  members: Members,
  change: (field: Field<unknown>, name: string) => T,
): Record<string, T> {
  const result: Record<string, T> = {}
  for (const name of Object.keys(members)) result[name] = change(members[name]!, name)
  return result
}

/** Samples of a group: the good and bad ones of each member, wrapped. */
function groupSamples(members: Members): Samples {
  const good: unknown[] = []
  const bad: Samples['bad'][number][] = []
  for (const [name, field] of Object.entries(members)) {
    const samples = field.samples()
    good.push(...samples.good.map((value) => ({ [name]: value })))
    bad.push(...samples.bad.map(({ input, kind }) => ({ input: { [name]: input }, kind })))
  }
  bad.push(...['x', 7, true].map((input) => ({ input, kind: 'bad-value' as const })))
  return { good, bad }
}

/**
 * Named members. Input merges into the current value: members left out keep theirs, unknown ones are
 * ignored, names are matched without regard to case. If several members are wrong, one that
 * is missing is reported first (Guide §6, order of checks).
 */
export function group<const M extends Members>(members: M, about: About = {}): Group<M> {
  const names = Object.keys(members)
  const read = (input: unknown, current: GroupOf<M> | undefined, path: string): GroupOf<M> => {
    if (input === undefined && current !== undefined) return current
    if (input === undefined) missing(path)
    if (!isObject(input)) badValue(path, 'an object')
    const result: Record<string, unknown> = {}
    let refusal: unknown
    for (const name of names) {
      try {
        result[name] = members[name]!.read(memberOf(input, name), current?.[name], `${path}.${name}`)
      } catch (error) {
        if (refusal === undefined || (error instanceof CameraError && error.kind === 'missing'))
          refusal = error
      }
    }
    if (refusal !== undefined) throw refusal
    return result as GroupOf<M>
  }
  return {
    kind: 'group',
    members,
    initial: mapMembers(members, (field) => field.initial) as GroupOf<M>,
    about,
    read,
    show: (value) => mapMembers(members, (field, name) => field.show(value[name as keyof M])),
    range: () => mapMembers(members, (field) => field.range()),
    schema: () => ({ type: 'object', properties: mapMembers(members, (field) => field.schema()) }),
    samples: () => groupSamples(members),
  }
}

interface ListOptions<T> extends About {
  readonly max: number
  readonly initial?: readonly T[]
}

export interface List<T> extends Field<readonly T[]> {
  readonly item: Field<T>
}

/** A list of up to `max` values of one kind; input replaces the whole list. */
export function list<T>(item: Field<T>, { max, initial = [], ...about }: ListOptions<T>): List<T> {
  return {
    kind: 'list',
    item,
    initial,
    about,
    read: (input, current, path) => {
      if (input === undefined) return current ?? missing(path)
      if (!Array.isArray(input)) badValue(path, 'a list')
      if (input.length > max) badValue(path, `a list of at most ${max}`)
      return input.map((value, index) => item.read(value, item.initial, `${path}[${index}]`))
    },
    show: (value) => value.map((one) => item.show(one)),
    range: () => item.range(),
    schema: () => ({ type: 'array', maxItems: max, items: item.schema() }),
    samples: () => ({
      good: [[], ...item.samples().good.map((value) => [value])],
      bad: [
        { input: 'x', kind: 'bad-value' },
        { input: {}, kind: 'bad-value' },
        { input: Array.from({ length: max + 1 }, () => item.initial), kind: 'bad-value' },
        ...item
          .samples()
          .bad.filter(({ input }) => input !== undefined)
          .map(({ input, kind }) => ({ input: [input], kind })),
      ],
    }),
  }
}

/** A time of the day as hour and minute. */
export function timeOfDay(hour: number, min: number, about: About = {}) {
  return group(
    { hour: integer({ min: 0, max: 23, initial: hour }), min: integer({ min: 0, max: 59, initial: min }) },
    about,
  )
}
