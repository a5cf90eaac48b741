/** Tables of 0 and 1: hours of the week and cells of the picture (Guide §5, recurring value types). */
import { CameraError } from '../../base/errors.ts'
import { type About, badValue, type Field, keepCurrent } from './field.ts'

/** Hours of a week; the first character is Sunday 00:00–01:00. */
export const WEEK_HOURS = 7 * 24
/** Cells of the motion scope: 80 columns × 45 rows, row by row from the upper left corner. */
export const SCOPE_CELLS = 80 * 45
/** The guide prints this as the longest scope table. */
const SCOPE_PRINTED_MAX = 6399

/**
 * One character per hour of the week, "0" = off. Shorter input replaces the first hours, anything that is
 * not a table of 0 and 1 leaves the field as it was (Q-62: the guide's own requests demand both).
 */
export function weeklySchedule(initial: '0' | '1', about: About = {}): Field<string> {
  const full = initial.repeat(WEEK_HOURS)
  return {
    kind: 'weekly schedule',
    initial: full,
    about,
    read: (input, current = full, path) => {
      if (typeof input !== 'string' || !/^[01]+$/.test(input)) return current
      if (input.length > WEEK_HOURS) {
        throw new CameraError('too-long', `${path} is longer than ${WEEK_HOURS} characters`)
      }
      return input + current.slice(input.length)
    },
    show: (value) => value,
    range: () => ({ maxLen: WEEK_HOURS, minLen: WEEK_HOURS }),
    schema: () => ({ type: 'string', pattern: `^[01]{${WEEK_HOURS}}$` }),
    samples: () => ({
      good: ['01'.repeat(WEEK_HOURS / 2), '1'.repeat(WEEK_HOURS)],
      bad: [{ input: '1'.repeat(WEEK_HOURS + 1), kind: 'too-long' }],
    }),
  }
}

/** One character per cell of the picture, "1" = motion is watched there. Exactly 3600 characters. */
export function motionScope(about: About = {}): Field<string> {
  return {
    kind: 'motion scope',
    initial: '1'.repeat(SCOPE_CELLS),
    about,
    read: keepCurrent((input, path) => {
      if (typeof input !== 'string') badValue(path, 'text')
      if (input.length > SCOPE_PRINTED_MAX) {
        throw new CameraError('too-long', `${path} is longer than ${SCOPE_PRINTED_MAX} characters`)
      }
      return /^[01]{3600}$/.test(input) ? input : badValue(path, `${SCOPE_CELLS} characters of 0 and 1`)
    }),
    show: (value) => value,
    range: () => ({ maxLen: SCOPE_PRINTED_MAX }),
    schema: () => ({ type: 'string', pattern: `^[01]{${SCOPE_CELLS}}$` }),
    samples: () => ({
      good: ['01'.repeat(SCOPE_CELLS / 2)],
      bad: [
        { input: '1'.repeat(SCOPE_CELLS - 1), kind: 'bad-value' },
        { input: '1'.repeat(SCOPE_PRINTED_MAX + 1), kind: 'too-long' },
        { input: '2'.repeat(SCOPE_CELLS), kind: 'bad-value' },
        { input: 5, kind: 'bad-value' },
      ],
    }),
  }
}
