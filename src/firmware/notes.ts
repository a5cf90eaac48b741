/** What the supervisor wants the owner to know: kept in a file until a camera has written it into its device log. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { replaceFile } from '../base/durable.ts'
import { type Places, readJson } from './state.ts'

/** Sentences without a full stop, oldest first. */
export function readNotes({ notes }: Places): readonly string[] {
  const parsed = readJson(notes)
  return Array.isArray(parsed) ? parsed.map(String) : []
}

/** On the disk when this returns. */
export function addNote(places: Places, note: string): void {
  mkdirSync(places.folder, { recursive: true, mode: 0o700 })
  const text = JSON.stringify([...readNotes(places), note])
  replaceFile(places.notes, (file) => writeFileSync(file, text))
}

export function clearNotes({ notes }: Places): void {
  rmSync(notes, { force: true })
}
