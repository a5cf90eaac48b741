/** What notifiers attach: pictures of this moment and clips, as files in the workshop of the outbox; and times in words. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LocalTime } from '../base/local-time.ts'
import type { AlarmEvent } from './event.ts'
import type { Attachment } from './notifier.ts'

/** What notifiers use of the camera. */
export interface Scenery {
  /** JPEG of the main stream. Errors: CameraError. */
  snapshot(): Promise<Uint8Array>
  /** Folder for files that become attachments. */
  readonly workshop: string
  /** Those of a run that was killed. */
  readonly rescued: string
}

/**
 * Takes a picture now, unless one with that `key` was taken in a run that was killed. Errors: CameraError, those of the
 * system.
 */
export async function takePicture(
  { snapshot, workshop, rescued }: Scenery,
  name: string,
  key: string = randomUUID(),
): Promise<Attachment> {
  const path = join(workshop, `${key}.jpg`)
  const former = join(rescued, `${key}.jpg`)
  if (existsSync(former)) await rename(former, path)
  else {
    await writeFile(`${path}.part`, await snapshot(), { mode: 0o600 })
    await rename(`${path}.part`, path)
  }
  return { name, type: 'image/jpeg', path }
}

/** `20261123_101500`, for names of files. */
export function fileTime({ year, month, day, hour, minute, second }: LocalTime): string {
  return `${digits(year, 4)}${digits(month)}${digits(day)}_${digits(hour)}${digits(minute)}${digits(second)}`
}

/** `2026-11-23 10:15:00`, for people. */
export function spokenTime({ year, month, day, hour, minute, second }: LocalTime): string {
  return `${digits(year, 4)}-${digits(month)}-${digits(day)} ${digits(hour)}:${digits(minute)}:${digits(second)}`
}

/** What happened, in words for the owner. */
export const EVENT_WORDS: Readonly<Record<AlarmEvent['kind'], string>> = {
  motion: 'Motion detected',
  covered: 'Camera covered',
  frozen: 'Picture frozen',
  defocused: 'Picture out of focus',
  disk: 'Recordings cannot be written',
}

function digits(value: number, count = 2): string {
  return String(value).padStart(count, '0')
}
