/** Saves a snapshot where the browser keeps its downloads. */
import type { Session } from '../api.ts'

/** Errors: ApiError. */
export async function saveSnapshot(session: Session): Promise<void> {
  const url = URL.createObjectURL(await session.snapshot())
  const link = document.createElement('a')
  link.href = url
  link.download = `snapshot-${fileTime(new Date())}.jpg`
  link.click()
  // The download has taken hold of the data by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Local time as `2031-05-07-18-04-09`: sorts well, and is a file name on every system. */
function fileTime(date: Date): string {
  const fields = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()]
  return [date.getFullYear(), ...fields.map((field) => String(field).padStart(2, '0'))].join('-')
}
