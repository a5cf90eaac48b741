/**
 * Everything about one head together: operations, presets, patrol, tracks. Requests are executed one after the
 * other; an operation ends what ran before it.
 */
import type { Clock } from '../base/clock.ts'
import { CameraError, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Timers } from '../base/timers.ts'
import type { Facing, Pose } from '../engine/head/motion.ts'
import { Activities, type ActivityKind } from './activity.ts'
import { driveWith, type Target, targetOf } from './course.ts'
import { FacedHead } from './faced.ts'
import { type GuardChange, type GuardPlan, HeadGuard, NO_GUARD, readGuard } from './guard.ts'
import type { Head, LensGoal, Velocity } from './head.ts'
import { NORMAL_SPEED } from './limits.ts'
import { Fields, type Memory } from './memory.ts'
import { isDrive, type Operation } from './operations.ts'
import { Patrol, type PatrolPlan, readPlan, requirePatrol } from './patrol.ts'
import { type Preset, type PresetChange, Presets, readPresets } from './presets.ts'
import type { SerialSettings } from './serial-line.ts'
import { type Move, perform, readTracks, type Track, Tracks } from './track.ts'

/** A drive without a further operation ends by itself, and so does the recording of a track. */
const LONGEST_DRIVE_MS = 60_000
/** Time for one sweep of a head that doesn't know its limits, and the least for any other. */
const BLIND_SWEEP_MS = 10_000
const MIN_SWEEP_MS = 1000

export interface Order {
  readonly op: Operation
  /** Preset or patrol. */
  readonly id: number | undefined
  readonly speed: number
}

export interface TrackChange {
  readonly id: number
  readonly enabled: boolean | undefined
  readonly running: boolean | undefined
  readonly name: string | undefined
}

interface PtzOptions {
  readonly head: Head
  readonly channel: number
  readonly clock: Clock
  readonly timers: Timers
  readonly memory: Memory
  readonly log: Log
  /** Where it looks when nobody has moved it; undefined for heads that cannot be sent there. */
  readonly home?: Pose
  /** Sets the serial line of the head, if it has one. */
  readonly setSerial?: (settings: SerialSettings) => Promise<void>
}

export class Ptz {
  readonly #options: PtzOptions
  readonly #head: FacedHead
  readonly #presets: Presets
  readonly #patrol: Patrol
  readonly #tracks: Tracks
  readonly #guard: HeadGuard
  readonly #activities: Activities
  #cancelLimit: () => void = () => undefined
  #queue: Promise<unknown> = Promise.resolve()
  #isStarted = false

  constructor(options: PtzOptions) {
    this.#options = options
    const { channel, clock, timers, memory, log } = options
    const head = new FacedHead(options.head)
    this.#head = head
    this.#presets = new Presets({ head, memory, key: `PtzPreset/${channel}`, log })
    this.#patrol = new Patrol({ head, presets: this.#presets, memory, key: `PtzPatrol/${channel}`, log })
    this.#tracks = new Tracks({
      ...{ head, clock, presets: this.#presets, memory, log },
      key: `PtzTattern/${channel}`,
    })
    const due = () => this.#goBack()
    this.#guard = new HeadGuard({ head, timers, memory, key: `PtzGuard/${channel}`, log, due })
    this.#activities = new Activities({ timers, log, failed: () => this.#guard.watch() })
  }

  /** Presets, patrol, tracks and guard, for a configuration file. */
  backup(): Readonly<Record<string, unknown>> {
    return {
      presets: this.#presets.known,
      patrol: this.#patrol.plan,
      tracks: this.#tracks.known,
      guard: this.#guard.plan,
    }
  }

  /**
   * Reads what `backup` gave: `store` stores it, then `take` puts it into force. Errors: Error that says what is wrong
   * with it; `store`: CameraError `write-failed`.
   */
  restore(backup: unknown): { readonly store: () => void; readonly take: () => void } {
    const { memory, channel } = this.#options
    const fields = new Fields(backup)
    const presets = readPresets(fields.member('presets'))
    const patrol = readPlan(fields.member('patrol'))
    const tracks = readTracks(fields.member('tracks'))
    // Files of the first versions have none.
    const guard = fields.has('guard') ? readGuard(fields.member('guard')) : NO_GUARD
    return {
      store: () =>
        memory.save({
          [`PtzPreset/${channel}`]: presets,
          [`PtzPatrol/${channel}`]: patrol,
          [`PtzTattern/${channel}`]: tracks,
          [`PtzGuard/${channel}`]: guard,
        }),
      take: () => {
        this.#halt()
        this.#presets.replace(presets)
        this.#patrol.replace(patrol)
        this.#tracks.replace(tracks)
        this.#guard.replace(guard)
      },
    }
  }

  /** Errors: CameraError of the head; `missing`, `not-exist` for a preset or patrol that is not there. */
  order(order: Order): Promise<void> {
    return this.#inTurn(() => this.#execute(order))
  }

  presets(): readonly Preset[] {
    return this.#presets.list()
  }

  /** Errors: CameraError of the head, `write-failed`; nothing has changed then. */
  changePreset(change: PresetChange): Promise<void> {
    return this.#inTurn(() => this.#presets.change(change))
  }

  patrol(): PatrolPlan & { readonly running: boolean } {
    return { ...this.#patrol.plan, running: this.#activities.isRunning('patrol', 1) }
  }

  /** `running` undefined leaves it as it is. Errors: CameraError `not-exist` if it cannot run; nothing has changed then. */
  changePatrol(change: Partial<PatrolPlan>, running: boolean | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const plan = { ...this.#patrol.plan, ...change }
      if (running) this.#patrol.require(plan)
      this.#patrol.change(plan)
      if (running) await this.#startPatrol()
      else if (running === false || !plan.enabled) await this.#end('patrol', 1)
    })
  }

  tracks(): readonly (Track & { readonly isBeingRecorded: boolean; readonly running: boolean })[] {
    return this.#tracks.list().map((track) => ({
      ...track,
      isBeingRecorded: this.#tracks.recorded === track.id,
      running: this.#activities.isRunning('track', track.id),
    }))
  }

  /** Errors: CameraError `not-exist` if a track shall run that is not there; nothing has changed then. */
  changeTracks(changes: readonly TrackChange[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const { id, enabled, running } of changes) {
        const exists = this.#tracks.find(id).recording !== undefined || this.#tracks.recorded === id
        if (running && (!exists || enabled === false)) {
          throw new CameraError('not-exist', `there is no track ${id} to be run`)
        }
      }
      for (const change of changes) await this.#changeTrack(change)
    })
  }

  guard(): GuardPlan {
    return this.#guard.plan
  }

  /** `goes` sends it to the guard place now. Errors: as `HeadGuard.change`; nothing has changed then. */
  changeGuard(change: GuardChange, goes: boolean): Promise<void> {
    return this.#inTurn(async () => {
      if (goes && !change.storesPlace) this.#guard.require()
      await this.#guard.change(change)
      if (!goes) return
      this.#finishRecording()
      this.#halt()
      await this.#head.goTo(this.#guard.require(), NORMAL_SPEED)
    })
  }

  /** Moves the lens to a position. Errors: CameraError of the head. */
  lensTo(goal: LensGoal): Promise<void> {
    return this.#inTurn(async () => {
      this.#finishRecording()
      this.#halt()
      this.#guard.watch()
      await this.#head.lensTo(goal)
    })
  }

  /** Errors: CameraError of the head. */
  setAutoFocus(enabled: boolean): Promise<void> {
    return this.#set(() => this.#head.setAutoFocus(enabled))
  }

  /** Settings for a head without a serial line are kept for another. Errors: CameraError `connect-failed`, `set-failed`. */
  setSerial(settings: SerialSettings): Promise<void> {
    return this.#set(async () => this.#options.setSerial?.(settings))
  }

  /** How the picture stands in front of people, whose left and right count. */
  face(facing: Facing): void {
    this.#head.face(facing)
  }

  /** Where it looks when nobody has moved it, as people see it; undefined if it cannot be sent there. */
  get home(): Pose | undefined {
    const { home } = this.#options
    return home && this.#head.seen(home)
  }

  /** From now on settings that the head does not take are refused. */
  start(): void {
    this.#isStarted = true
    this.#guard.watch()
  }

  /** Moves until it is told otherwise, at most for `limitMs`; no velocity stops it. Errors: CameraError of the head. */
  drive(velocity: Velocity, limitMs = LONGEST_DRIVE_MS): Promise<void> {
    return this.#inTurn(async () => {
      this.#finishRecording()
      this.#halt()
      await driveWith(this.#head, velocity)
      this.#expectOrder(Math.min(limitMs, LONGEST_DRIVE_MS))
    })
  }

  /** Goes where `target` says. Errors: CameraError of the head, and of `targetOf`. */
  travel(target: Target, speed: number): Promise<void> {
    return this.#inTurn(async () => {
      const place = targetOf(this.#head, target)
      this.#finishRecording()
      this.#halt()
      await this.#head.goTo(place, speed)
      this.#guard.watch()
    })
  }

  isMoving(): boolean {
    return this.#head.isMoving()
  }

  /** Where people see it look; undefined if the head doesn't tell. */
  position(): Pose | undefined {
    return this.#head.pose()
  }

  async stop(): Promise<void> {
    this.#cancelLimit()
    this.#guard.rest()
    this.#activities.stop()
    await this.#head.close()
  }

  async #execute({ op, id, speed }: Order): Promise<void> {
    switch (op) {
      case 'Auto':
        return await this.#start('scan', 0, async (index) => {
          const limitMs = await this.#head.turn({ pan: index % 2 === 0 ? 1 : -1, tilt: 0 }, speed)
          return Math.max(MIN_SWEEP_MS, limitMs ?? BLIND_SWEEP_MS)
        })
      case 'StartPatrol':
        requirePatrol(id)
        this.#patrol.require()
        return await this.#startPatrol()
      case 'StopPatrol':
        requirePatrol(id)
        return await this.#end('patrol', 1)
      case 'ToPos':
        if (id === undefined) throw new CameraError('missing', 'id is missing')
        this.#presets.place(id)
        return await this.#move({ op, id, speed })
      default:
        return await this.#move(op === 'Stop' ? { op } : { op, speed })
    }
  }

  async #move(move: Move): Promise<void> {
    this.#halt()
    if (!isDrive(move.op)) this.#guard.watch()
    await perform(move, this.#head, this.#presets)
    if (this.#tracks.note(move)) this.#guard.watch()
    if (isDrive(move.op) || this.#tracks.recorded !== undefined) this.#expectOrder(LONGEST_DRIVE_MS)
  }

  /** Stops the head if nobody says anything for so long: its client may have vanished. */
  #expectOrder(limitMs: number): void {
    const { timers, log } = this.#options
    this.#cancelLimit = timers.after(limitMs, () => {
      this.#inTurn(async () => {
        this.#finishRecording()
        await this.#head.stop()
        this.#guard.watch()
      }).catch((error) => {
        log.warn({ reason: messageOf(error) }, 'the head could not be stopped at its time limit')
      })
    })
  }

  /** Nobody has said anything for long enough. */
  #goBack(): void {
    this.#inTurn(async () => {
      if (this.#activities.areRunning || this.#tracks.recorded !== undefined) return
      await this.#head.goTo(this.#guard.require(), NORMAL_SPEED)
    }).catch((error) => {
      this.#options.log.warn({ reason: messageOf(error) }, 'the head could not go back to its guard place')
    })
  }

  async #startPatrol(): Promise<void> {
    await this.#start('patrol', 1, this.#patrol.step)
  }

  async #start(kind: ActivityKind, id: number, step: (index: number) => Promise<number>): Promise<void> {
    this.#finishRecording()
    this.#halt()
    await this.#activities.start(kind, id, step)
  }

  /** Ends what the head does by itself; it may still be under way. */
  #halt(): void {
    this.#cancelLimit()
    this.#guard.rest()
    this.#activities.stop()
  }

  /** Ends one thing, if it is that which runs, and stops the head. */
  async #end(kind: ActivityKind, id: number): Promise<void> {
    if (!this.#activities.isRunning(kind, id)) return
    this.#halt()
    this.#guard.watch()
    await this.#head.stop()
  }

  async #changeTrack({ id, enabled, running, name }: TrackChange): Promise<void> {
    const isRecording = this.#tracks.recorded === id
    const track = this.#tracks.find(id)
    if (name !== undefined && name !== track.name) this.#tracks.save({ ...track, name })
    if (enabled === false) return await this.#free(id, name ?? '')
    if (isRecording && (enabled || running !== undefined)) this.#finishRecording()
    else if (enabled && track.recording === undefined) await this.#record(id)
    if (running) await this.#start('track', id, this.#tracks.stepsOf(id))
    else if (running === false) await this.#end('track', id)
  }

  async #record(id: number): Promise<void> {
    this.#finishRecording()
    this.#halt()
    await this.#head.stop()
    await this.#tracks.record(id)
    this.#expectOrder(LONGEST_DRIVE_MS)
  }

  #finishRecording(): void {
    if (this.#tracks.finish()) this.#guard.watch()
  }

  async #free(id: number, name: string): Promise<void> {
    await this.#end('track', id)
    await this.#tracks.free(id, name)
  }

  /** A head that is not there when the camera starts must not cost it its settings. */
  #set(task: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await task()
      } catch (error) {
        if (this.#isStarted) throw error
        this.#options.log.warn({ reason: messageOf(error) }, 'the head does not take its settings')
      }
    })
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task)
    this.#queue = result.catch(() => undefined)
    return result
  }
}
