/**
 * What is kept about slots on the disk: state.json and the places beside it (docs/design/firmware.md). Used by the
 * supervisor too, so it imports next to nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { replaceFile } from '../base/durable.ts'
import { type Version, versionIn } from './version.ts'

export const SLOTS = ['a', 'b'] as const
export type Slot = (typeof SLOTS)[number]

/** The module of a version that the supervisor forks. */
export const PROGRAM = 'src/camera-process.ts'

export interface Trial {
  readonly slot: Slot
  /** Starts so far. */
  readonly tries: number
  /** Why it is given up, until that is carried out. */
  readonly verdict?: string
}

export interface FirmwareState {
  /** The proven slot; null for the installation. */
  readonly active: Slot | null
  readonly trial: Trial | null
  /** The last version that was given up. */
  readonly failed: (Version & { readonly why: string }) | null
}

export const NO_STATE: FirmwareState = { active: null, trial: null, failed: null }

/** Where everything lies. */
export interface Places {
  readonly folder: string
  readonly incoming: string
  readonly notes: string
  readonly keptDatabase: string
  slot(slot: Slot): string
}

export function placesIn(dataDir: string): Places {
  const folder = resolve(dataDir, 'firmware')
  return {
    folder,
    incoming: join(folder, 'incoming'),
    notes: join(folder, 'notes.json'),
    keptDatabase: join(folder, 'before-trial.db'),
    slot: (slot) => join(folder, slot),
  }
}

/** What state.json holds; NO_STATE if it is missing or damaged. */
export function readState({ folder }: Places): FirmwareState {
  const parsed = readJson(join(folder, 'state.json'))
  const { active, trial, failed } = Object(parsed) as Record<string, unknown>
  return { active: isSlot(active) ? active : null, trial: trialIn(trial), failed: failedIn(failed) }
}

/** On the disk when this returns. The folder must be there. */
export function writeState({ folder }: Places, state: FirmwareState): void {
  const text = `${JSON.stringify(state)}\n`
  replaceFile(join(folder, 'state.json'), (file) => writeFileSync(file, text))
}

function isSlot(value: unknown): value is Slot {
  return SLOTS.some((slot) => slot === value)
}

function trialIn(value: unknown): Trial | null {
  const { slot, tries, verdict } = Object(value) as Record<string, unknown>
  if (!isSlot(slot) || typeof tries !== 'number') return null
  return typeof verdict === 'string' ? { slot, tries, verdict } : { slot, tries }
}

function failedIn(value: unknown): FirmwareState['failed'] {
  const version = versionIn(value)
  return version === undefined ? null : { ...version, why: String(Object(value).why) }
}

/** What a slot is: written beside its files as the last of them. */
export interface SlotInfo extends Version {
  /** Hash of the installation's modules that it links; null if it has its own. */
  readonly modules: string | null
}

/** Undefined for a slot that is empty or not whole. */
export function readSlot(folder: string): SlotInfo | undefined {
  const parsed = readJson(join(folder, 'slot.json'))
  const version = versionIn(parsed)
  if (version === undefined) return undefined
  const { modules } = Object(parsed) as Record<string, unknown>
  return { ...version, modules: typeof modules === 'string' ? modules : null }
}

/** The version of the program in a folder with a package.json. Errors: those of the system, SyntaxError, Error. */
export function versionOfProgram(folder: string): Version {
  const version = versionIn(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
  if (version === undefined)
    throw new Error(`${folder}/package.json has no version of the form 1.2.3 with a build`)
  return version
}

/** Undefined if the file is missing or damaged. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
