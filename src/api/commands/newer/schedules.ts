/**
 * Schedules of later firmware: a switch beside them, and a table of the week's hours for each reason. Settings of the
 * guide have one table, which is that of one reason; the commands of later firmware are views of them.
 */
import { CameraError } from '../../../base/errors.ts'
import { badValue } from '../../define/field.ts'
import { isObject } from '../../define/groups.ts'
import { WEEK_HOURS } from '../../define/tables.ts'
import { memberOf } from '../../members.ts'

/** Motion, and nothing but the time. */
export const REASONS = ['MD', 'TIMING'] as const
export type Reason = (typeof REASONS)[number]

/** As the guide's settings have it. */
interface Schedule {
  readonly enable: number
  readonly table: string
}

const NEVER = '0'.repeat(WEEK_HOURS)

/** The members `enable` and `schedule` of a section: `reason` is what the guide's table is about. */
export function showSchedule({ enable, table }: Schedule, reason: Reason, channel: number) {
  const tables = Object.fromEntries(REASONS.map((one) => [one, one === reason ? table : NEVER]))
  return { enable, schedule: { channel, table: tables } }
}

export const SCHEDULE_RANGE = {
  enable: 'boolean',
  schedule: { channel: 0, table: { MD: 'boolean', TIMING: 'boolean' } },
} as const

/**
 * What a section of later firmware says of the guide's schedule, to be merged with it. Errors: CameraError `bad-value`;
 * also where the other reason is given hours, which the camera could not keep.
 */
export function readSchedule(
  section: Readonly<Record<string, unknown>>,
  reason: Reason,
): { readonly enable?: unknown; readonly table?: unknown } {
  const schedule = memberOf(section, 'schedule') ?? {}
  if (!isObject(schedule)) badValue('schedule', 'an object')
  const tables = memberOf(schedule, 'table') ?? {}
  if (!isObject(tables)) badValue('schedule.table', 'an object with a table for each reason')
  for (const [name, table] of Object.entries(tables)) {
    const isOther = name.toUpperCase() !== reason
    if (isOther && typeof table === 'string' && table.includes('1'))
      throw new CameraError(
        'bad-value',
        `schedule.table.${name} cannot be kept: only ${reason} has hours here`,
      )
  }
  const enable = memberOf(section, 'enable') ?? memberOf(schedule, 'enable')
  const table = memberOf(tables, reason)
  return { ...(enable === undefined ? {} : { enable }), ...(table === undefined ? {} : { table }) }
}
