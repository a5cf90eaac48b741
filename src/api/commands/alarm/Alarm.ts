/** Where and how sensitively motion is looked for (Guide §3.8.1–3.8.2, Q-22, Q-102, Q-103, Q-104). */
import { CameraError } from '../../../base/errors.ts'
import { badValue, type Field, type Infer, keepCurrent } from '../../define/field.ts'
import { group, isObject, list } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { motionScope, SCOPE_CELLS } from '../../define/tables.ts'
import { memberOf } from '../../members.ts'

const PERIODS = 4
const COLUMNS = 80
const ROWS = 45
const [HOUR, MINUTE] = [23, 59]

/** The hours that the day is divided into; the last one ends with it. */
const FACTORY_HOURS = [
  [0, 6, 0],
  [6, 12, 0],
  [12, 18, 0],
  [18, 23, 59],
] as const

const period = group({
  beginHour: integer({ min: 0, max: HOUR, initial: 0, label: 'From hour' }),
  beginMin: integer({ min: 0, max: MINUTE, initial: 0, label: 'From minute' }),
  endHour: integer({ min: 0, max: HOUR, initial: 6, label: 'Until hour' }),
  endMin: integer({ min: 0, max: MINUTE, initial: 0, label: 'Until minute' }),
  id: integer({ min: 0, max: PERIODS - 1, initial: 0 }),
  sensitivity: integer({ min: 1, max: 50, initial: 9, label: 'Sensitivity, 1 is the most sensitive' }),
})

/** Entries without an id have that of their place. They are kept in the order of their ids. */
function periods(): Field<readonly Infer<typeof period>[]> {
  const initial = FACTORY_HOURS.map(([beginHour, endHour, endMin], id) => {
    return { ...period.initial, beginHour, endHour, endMin, id }
  })
  const plain = list(period, { max: PERIODS, initial, label: 'Sensitivity over the day' })
  return {
    ...plain,
    read: (input, current, path) => {
      const numbered = Array.isArray(input)
        ? input.map((one, id) => (isObject(one) && memberOf(one, 'id') === undefined ? { ...one, id } : one))
        : input
      const read = plain.read(numbered, current, path)
      if (new Set(read.map(({ id }) => id)).size < read.length)
        badValue(`${path}[].id`, 'different in each entry')
      return read.toSorted((one, other) => one.id - other.id)
    },
  }
}

/** The only kind of alarm there is. */
function onlyMotion(): Field<'md'> {
  return {
    kind: 'choice',
    initial: 'md',
    about: { label: 'Kind of alarm' },
    read: keepCurrent((input) => checkType(input)),
    show: (value) => value,
    range: () => 'md',
    schema: () => ({ enum: ['md'] }),
    samples: () => ({
      good: ['md'],
      bad: ['io', 1, null].map((input) => ({ input, kind: 'not-supported' as const })),
    }),
  }
}

/** Errors: CameraError `not-supported`. */
function checkType(input: unknown): 'md' {
  if (typeof input === 'string' && input.trim().toLowerCase() === 'md') return 'md'
  throw new CameraError('not-supported', 'there is no alarm but "md"')
}

const printed = { beginHour: HOUR, beginMin: MINUTE, endHour: HOUR, endMin: MINUTE }

export const alarm = setting('Alarm', {
  guide: ['3.8.1', '3.8.2'],
  summary:
    'The cells in which motion counts, and how sensitively, by time of day; motion detection on and off.',
  ability: { key: 'alarmMd' },
  perChannel: true,
  fields: group({
    enable: flag(1, { label: 'Motion detection' }),
    scope: group({
      cols: integer({ min: COLUMNS, max: COLUMNS, initial: COLUMNS }),
      rows: integer({ min: ROWS, max: ROWS, initial: ROWS }),
      table: motionScope({ label: 'Cells in which motion counts' }),
    }),
    sens: periods(),
    type: onlyMotion(),
  }),
  range: {
    channel: 0,
    enable: 'boolean',
    scope: { cols: { min: COLUMNS, max: COLUMNS }, rows: { min: ROWS, max: ROWS }, table: { maxLen: 6399 } },
    sens: Array.from({ length: PERIODS }, (_, id) => ({
      ...Object.fromEntries(Object.entries(printed).map(([name, max]) => [name, { min: 0, max }])),
      id,
      sensitivity: { min: 1, max: 50 },
    })),
    type: 'md',
  },
  asked: (section) => {
    const type = memberOf(section, 'type')
    if (type !== undefined) checkType(type)
  },
  apply: ({ enable, scope, sens }, { motion }, channel) =>
    motion[channel]?.configure({ isEnabled: enable === 1, scope: bitsOf(scope.table), periods: sens }),
})

/** A bit for each cell, the first one the highest bit of the first byte. */
function bitsOf(table: string): Uint8Array {
  const bits = new Uint8Array(SCOPE_CELLS / 8)
  for (let cell = 0; cell < table.length; cell += 1) {
    if (table[cell] === '1') bits[cell >> 3]! |= 0x80 >> (cell & 7)
  }
  return bits
}
