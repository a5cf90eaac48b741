/** Day or night, decided from the brightness of the source's pictures. Pure. */

/** Mean brightness from 0 (black) to 255 (white): below the first it is night, above the second day. */
const NIGHT_BELOW = 48
const DAY_ABOVE = 72
/** A change needs agreement for so long. */
const AGREEMENT_MS = 2000

export interface DayNight {
  readonly isNight: boolean
  /** Since when every measurement has said the opposite. */
  readonly oppositeSinceMs: number | undefined
}

/** What the first measurement says counts at once. */
export function firstLook(brightness: number): DayNight {
  return { isNight: brightness < (NIGHT_BELOW + DAY_ABOVE) / 2, oppositeSinceMs: undefined }
}

/** The state after another measurement; the same object if nothing changed. */
export function lookAgain(state: DayNight, brightness: number, atMs: number): DayNight {
  const isOpposite = state.isNight ? brightness > DAY_ABOVE : brightness < NIGHT_BELOW
  if (!isOpposite)
    return state.oppositeSinceMs === undefined ? state : { ...state, oppositeSinceMs: undefined }
  const sinceMs = state.oppositeSinceMs ?? atMs
  if (atMs - sinceMs < AGREEMENT_MS) return { ...state, oppositeSinceMs: sinceMs }
  return { isNight: !state.isNight, oppositeSinceMs: undefined }
}
