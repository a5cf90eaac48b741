/**
 * Watches the pictures of a channel for motion and for a camera that cannot see. It finds out what there is to see and
 * what has to be ignored because the camera itself changed the picture; what is an alarm is decided elsewhere.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Frame } from 'node-av/lib'
import { Detector } from '../../motion/detector.ts'
import { edgesOf, layoutOf } from '../../motion/features.ts'
import { Frozen } from '../../motion/frozen.ts'
import { LOOK_HEIGHT, LOOK_POINTS, LOOK_WIDTH, packCells } from '../../motion/grid.ts'
import { Tamper, type Tampering } from '../../motion/tamper.ts'
import { GrayScaler } from '../gray-scaler.ts'
import type { Look, Picture, Rendition } from '../picture/picture.ts'
import type { Sighting } from '../protocol.ts'
import { Samples } from './samples.ts'

/** More pictures than that tell nothing more. */
const LEAST_INTERVAL_MS = 90
/** After a change that the camera made itself, until noise reduction has calmed down. */
const BLIND_MS = 600
/** As long as the detector remembers pictures; a picture that has not changed for longer need not be looked at. */
const MEMORY_MS = 1200
const TAMPER_INTERVAL_MS = 1000

/** What is looked at. */
export interface View {
  /** As the source gave it. */
  readonly picture: Picture
  /** As the sub stream shows it, without words; another version is another picture. */
  readonly treated: { readonly frame: Frame; readonly version: number }
  readonly rendition: Rendition
}

type Seen = Pick<Rendition, 'window' | 'lens' | 'screen'> & { readonly look: Look }

export class Watcher {
  readonly #report: (sighting: Sighting, atMs: number) => void
  readonly #detector = new Detector()
  readonly #tamper = new Tamper()
  readonly #frozen = new Frozen()
  readonly #scaler = new GrayScaler({ width: LOOK_WIDTH, height: LOOK_HEIGHT })
  readonly #samples = new Samples()
  readonly #gray = new Uint8Array(LOOK_POINTS)
  #lastMs = Number.NEGATIVE_INFINITY
  #seen: Seen | undefined
  #blindUntilMs = Number.NEGATIVE_INFINITY
  #version = -1
  #changedMs = 0
  #pictureVersion = -1
  #nextTamperMs = 0
  #isFrozen = false
  #tampering: Tampering | undefined
  #told: Sighting['trouble'] | undefined
  #toldMotion = false

  /** `report` is given the time of the picture too. */
  constructor(report: (sighting: Sighting, atMs: number) => void) {
    this.#report = report
  }

  /** Time of the next look if pictures came all the time, milliseconds of the timeline. */
  get dueMs(): number {
    return this.#lastMs + LEAST_INTERVAL_MS
  }

  /** The newest picture that was looked at for motion, 160 × 90 points, lent until the next look. */
  get gray(): Uint8Array {
    return this.#gray
  }

  /** Errors: CameraError `internal` if FFmpeg cannot convert the picture. */
  look(view: View, atMs: number): void {
    if (atMs < this.dueMs) return
    this.#lastMs = atMs
    this.#noticeOwnChanges(view.rendition, atMs)
    const cells = this.#lookForMotion(view, atMs)
    if (atMs >= this.#blindUntilMs) this.#lookForTrouble(view, atMs)
    this.#tell(cells, atMs)
  }

  /** There is no signal, or another source. */
  forget(): void {
    this.#detector.forget()
    this.#tamper.forget()
    this.#frozen.forget()
    this.#samples.forget()
    this.#isFrozen = false
    this.#tampering = undefined
    this.#seen = undefined
    this.#version = -1
    this.#nextTamperMs = 0
    this.#tell(undefined, this.#lastMs)
  }

  close(): void {
    this.#scaler.close()
    this.#samples.close()
  }

  /** What the camera did to the picture is no motion; and a new view has to be learned before it can be missed. */
  #noticeOwnChanges({ window, lens, screen, look }: Rendition, atMs: number): void {
    const seen = this.#seen
    const isSame = seen?.look === look || isDeepStrictEqual(seen?.look, look)
    const isSameView = isDeepStrictEqual(seen?.window, window) && isDeepStrictEqual(seen?.screen, screen)
    const isSameLens = isDeepStrictEqual(seen?.lens, lens)
    if (!isSameView || !isSame || !isSameLens) this.#blindUntilMs = atMs + BLIND_MS
    if (!isSameView || (!isSame && !isOnlyNight(seen?.look, look))) this.#tamper.lookElsewhere()
    this.#seen = { window, lens, screen, look }
  }

  /** Cells that move; undefined if none does. */
  #lookForMotion({ treated }: View, atMs: number): Uint8Array | undefined {
    if (treated.version !== this.#version) {
      this.#version = treated.version
      this.#changedMs = atMs
      this.#scaler.scale(treated.frame, this.#gray)
    } else if (atMs - this.#changedMs > MEMORY_MS) return undefined
    const isBlind = atMs < this.#blindUntilMs
    if (isBlind) this.#detector.forget()
    const { cells, moved } = this.#detector.look(this.#gray, atMs)
    return moved > 0 && !isBlind ? packCells(cells) : undefined
  }

  #lookForTrouble({ picture, treated }: View, atMs: number): void {
    if (picture.version !== this.#pictureVersion) {
      this.#pictureVersion = picture.version
      const changed = this.#samples.changedShare(picture.frame)
      if (changed !== undefined) this.#isFrozen = this.#frozen.look(changed, atMs)
    }
    if (atMs < this.#nextTamperMs) return
    this.#nextTamperMs = atMs + TAMPER_INTERVAL_MS
    const { frame } = treated
    const [luma] = frame.data ?? []
    const stride = frame.linesize[0]
    if (!luma || !stride) return
    const layout = layoutOf(this.#gray)
    const edges = edgesOf({ luma, width: frame.width, height: frame.height, stride }, layout)
    this.#tampering = this.#tamper.look({ layout, edges })
  }

  /** Says nothing while nothing is to be seen and nothing has changed. */
  #tell(cells: Uint8Array | undefined, atMs: number): void {
    const trouble = {
      covered: this.#tampering === 'covered',
      frozen: this.#isFrozen,
      defocused: this.#tampering === 'defocused',
    }
    const isNews = !isDeepStrictEqual(trouble, this.#told)
    if (cells === undefined && !this.#toldMotion && !isNews) return
    this.#told = trouble
    this.#toldMotion = cells !== undefined
    this.#report({ cells, trouble }, atMs)
  }
}

/** Day became night, or the other way round. */
function isOnlyNight(before: Look | undefined, now: Look): boolean {
  if (before === undefined) return false
  return isDeepStrictEqual(
    { ...before, lamp: '', white: 0, isNight: false, monochrome: false },
    { ...now, lamp: '', white: 0, isNight: false, monochrome: false },
  )
}
