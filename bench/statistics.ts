/** What many measured values come down to. */

/** The value below which the given part of the values lies; NaN of none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/** The value in the middle, or the mean of the two that are; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  const lower = sorted[Math.floor(middle)] ?? Number.NaN
  const upper = sorted[Math.ceil(middle)] ?? Number.NaN
  return (lower + upper) / 2
}
