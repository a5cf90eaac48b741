/**
 * The supervisor's part in upgrades: which program to start, and what becomes of a version on trial
 * (docs/design/firmware.md). It lives in a process that should cost little, so what is needed once in a month is
 * loaded then.
 */
import { existsSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { SupervisorLog } from '../supervisor-log.ts'
import { addNote } from './notes.ts'
import type { Program, Programs } from './program.ts'
import {
  type Places,
  PROGRAM,
  placesIn,
  readSlot,
  readState,
  type Slot,
  versionOfProgram,
  writeState,
} from './state.ts'
import { compareVersions, nameOf, type Version } from './version.ts'

/** Starts of a version on trial that were cut short, by power cuts for example. */
const MAX_TRIES = 3
/** No failure: the owner has upgraded the installation. */
const CAUGHT_UP = 'the installed version is as new'
/** Starts of a proven version that end too early, one after the other. */
const MAX_UNREADY = 3

interface BootOptions {
  readonly dataDir: string
  /** Folder of the package.json that the supervisor belongs to. */
  readonly installation: string
  /** How long a version on trial has to stay up. */
  readonly trialMs: number
  readonly clock: Clock
  readonly log: SupervisorLog
}

export class FirmwareBoot implements Programs {
  readonly #options: BootOptions
  readonly #places: Places
  #unready = 0
  #running: Slot | undefined

  constructor(options: BootOptions) {
    this.#options = options
    this.#places = placesIn(options.dataDir)
  }

  async next(): Promise<Program> {
    this.#running = undefined
    try {
      return await this.#choose()
    } catch (error) {
      // A folder that cannot be read or written must not keep the camera from running at all.
      this.#options.log('error', 'the installed version is started, because the others cannot be used', {
        reason: messageOf(error),
      })
      return this.#installed()
    }
  }

  endedUnready(why: string): boolean {
    if (this.#running === undefined) return false
    this.#unready += 1
    if (this.#unready < MAX_UNREADY) return true
    try {
      this.#giveUp(this.#running, `it does not start any more: ${why}`)
      return true
    } catch (error) {
      this.#options.log('error', 'a version could not be given up', { reason: messageOf(error) })
      return false
    }
  }

  async #choose(): Promise<Program> {
    const { trial } = readState(this.#places)
    if (trial !== null) {
      const verdict = trial.verdict ?? (await this.#whyUnusable(trial.slot)) ?? whyTooOften(trial.tries)
      if (verdict === undefined) return await this.#tryOut(trial.slot, trial.tries)
      await this.#fallBack(trial.slot, verdict)
    }
    const { active } = readState(this.#places)
    if (active === null) return this.#installed()
    const problem = await this.#whyUnusable(active)
    if (problem === undefined) {
      this.#running = active
      return this.#inSlot(active)
    }
    this.#giveUp(active, problem)
    return this.#installed()
  }

  async #tryOut(slot: Slot, tries: number): Promise<Program> {
    const { dataDir, trialMs } = this.#options
    if (tries === 0) {
      const { keepDatabase } = await import('./kept-database.ts')
      keepDatabase(dataDir, this.#places.keptDatabase)
    }
    this.#setTrial(slot, { tries: tries + 1 })
    const program = this.#inSlot(slot)
    this.#options.log('info', 'a new version is tried', { version: program.name, tries: tries + 1 })
    const trial = {
      healthyMs: trialMs,
      proven: this.#carefully(() => {
        writeState(this.#places, { ...readState(this.#places), active: slot, trial: null })
        rmSync(this.#places.keptDatabase, { force: true })
        this.#unready = 0
        this.#running = slot
        this.#options.log('info', 'the new version has proved itself', { version: program.name })
      }),
      failed: this.#carefully((why: string) => this.#setTrial(slot, { tries: tries + 1, verdict: why })),
      interrupted: this.#carefully(() => this.#setTrial(slot, { tries })),
    }
    return { ...program, trial }
  }

  /** A full disk must not end the supervisor. What it cannot note is found out anew, by the count of tries. */
  #carefully<A extends readonly unknown[]>(note: (...given: A) => void): (...given: A) => void {
    return (...given) => {
      try {
        note(...given)
      } catch (error) {
        this.#options.log('error', 'the state of the trial could not be stored', { reason: messageOf(error) })
      }
    }
  }

  #setTrial(slot: Slot, trial: { readonly tries: number; readonly verdict?: string }): void {
    writeState(this.#places, { ...readState(this.#places), trial: { slot, ...trial } })
  }

  /** Every line may be repeated: until the state is written the verdict stands. */
  async #fallBack(slot: Slot, verdict: string): Promise<void> {
    const { dataDir, installation, clock } = this.#options
    this.#setTrial(slot, { tries: MAX_TRIES, verdict })
    const { active } = readState(this.#places)
    const { putBackDatabase } = await import('./kept-database.ts')
    const putBack = putBackDatabase(dataDir, {
      kept: this.#places.keptDatabase,
      program: active === null ? installation : this.#places.slot(active),
      wallMs: clock.wallMs(),
    })
    this.#giveUp(slot, putBack ? `${verdict}; the database is that of before` : verdict)
    rmSync(this.#places.keptDatabase, { force: true })
  }

  /** The slot is neither tried nor started again; the owner is told. */
  #giveUp(slot: Slot, why: string): void {
    const version: Version = readSlot(this.#places.slot(slot)) ?? { version: '0.0.0', build: '0' }
    const state = readState(this.#places)
    this.#options.log(why === CAUGHT_UP ? 'info' : 'error', 'a version is given up', {
      version: nameOf(version),
      why,
    })
    addNote(this.#places, `version ${nameOf(version)} is given up: ${why}`)
    writeState(this.#places, {
      active: state.active === slot ? null : state.active,
      trial: state.trial?.slot === slot ? null : state.trial,
      failed: why === CAUGHT_UP ? null : { version: version.version, build: version.build, why },
    })
    this.#running = undefined
    this.#unready = 0
  }

  /** What keeps a slot from being started; undefined if nothing does. Repairs the link to the modules. */
  async #whyUnusable(slot: Slot): Promise<string | undefined> {
    const { installation } = this.#options
    const folder = this.#places.slot(slot)
    const info = readSlot(folder)
    if (info === undefined || !existsSync(join(folder, PROGRAM))) return 'its files are damaged'
    if (compareVersions(info, versionOfProgram(installation)) <= 0) return CAUGHT_UP
    if (info.modules === null) return undefined
    const { hashOfModules } = await import('./modules.ts')
    if (hashOfModules(readFileSync(join(installation, 'package-lock.json'), 'utf8')) !== info.modules) {
      return 'it needs other modules than the installation has now'
    }
    const target = join(installation, 'node_modules')
    const link = join(folder, 'node_modules')
    if (readLink(link) !== target) {
      rmSync(link, { recursive: true, force: true })
      symlinkSync(target, link)
    }
    return undefined
  }

  #installed(): Program {
    return { file: join(this.#options.installation, PROGRAM), name: 'installation' }
  }

  #inSlot(slot: Slot): Program {
    const folder = this.#places.slot(slot)
    return { file: join(folder, PROGRAM), name: nameOf(readSlot(folder)!) }
  }
}

function whyTooOften(tries: number): string | undefined {
  return tries < MAX_TRIES ? undefined : `it was started ${tries} times without staying up`
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
