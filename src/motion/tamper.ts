/**
 * Whether the camera is covered or out of focus: its picture is compared once a second with what it used to look like
 * (docs/design/motion.md). Pure but for its memory.
 */
import { type Edges, type Layout, likeness } from './features.ts'

export type Tampering = 'covered' | 'defocused'

export interface Features {
  readonly layout: Layout
  readonly edges: Edges
}

/** What the picture usually looks like. */
interface Usual {
  layout: Layout
  share: number
  sharpness: number
  /** Seconds that went into it. */
  seconds: number
}

/** Seconds until something is claimed, and until it is over. */
const CLAIM_SECONDS = 5
const OVER_SECONDS = 2
/** From what is usual for so long something can be missed. */
const KNOWN_SECONDS = 10
/** The usual follows slow changes within a minute or so. */
const MEMORY_SECONDS = 30

/** Blocks as even as these show nothing at all. */
const NO_CONTRAST = 4
/** A picture that shows something has so many edges at least, as share of places. */
const SOME_EDGES = 0.003
/** Less than this part of the usual edges: there is something before the lens, or it is far out of focus. */
const FEW_EDGES = 0.12
const BLURRED = 0.6
/** The same view looks like this, and another one does not. */
const SAME_VIEW = 0.7
const OTHER_VIEW = 0.5
/** What is over is so much beyond the limit. */
const SLACK = 1.35
/** A source that begins like this is covered from the beginning. */
const EVEN_CONTRAST = 2
const BEGINNING_SECONDS = 15

export class Tamper {
  #usual: Usual | undefined
  #now: Tampering | undefined
  #suspected: Tampering | undefined
  #suspectedSeconds = 0
  #calmSeconds = 0
  #seconds = 0

  /** What is the matter after this second's picture. */
  look(features: Features): Tampering | undefined {
    this.#seconds += 1
    const found = this.#judge(features, this.#now === undefined ? 1 : SLACK)
    if (this.#now === undefined) this.#suspect(found, features)
    else this.#end(found)
    return this.#now
  }

  /** The head looks elsewhere. What is the matter stays until the picture shows otherwise. */
  lookElsewhere(): void {
    if (this.#now === undefined) this.#usual = undefined
    this.#suspected = undefined
    // A wall that the head was turned to is not a covered lens.
    this.#seconds = BEGINNING_SECONDS
  }

  /** Another source. */
  forget(): void {
    this.#usual = undefined
    this.#now = undefined
    this.#suspected = undefined
    this.#seconds = 0
  }

  #suspect(found: Tampering | undefined, features: Features): void {
    this.#suspectedSeconds = found !== undefined && found === this.#suspected ? this.#suspectedSeconds + 1 : 1
    this.#suspected = found
    this.#calmSeconds = 0
    if (found === undefined) this.#learn(features)
    else if (this.#suspectedSeconds >= CLAIM_SECONDS) this.#now = found
  }

  /** The view may have been blurred and be covered now: then it goes on as what it began as. */
  #end(found: Tampering | undefined): void {
    this.#calmSeconds = found === undefined ? this.#calmSeconds + 1 : 0
    if (this.#calmSeconds < OVER_SECONDS) return
    this.#now = undefined
    this.#suspected = undefined
  }

  #judge({ layout, edges }: Features, slack: number): Tampering | undefined {
    const usual = this.#usual
    if (usual === undefined || usual.seconds < KNOWN_SECONDS || usual.share < SOME_EDGES)
      return this.#isEvenFromTheBeginning(layout, edges, slack) ? 'covered' : undefined
    const alike = likeness(layout, usual.layout)
    const hasFewEdges = edges.share < FEW_EDGES * slack * usual.share
    if (hasFewEdges && (layout.contrast < NO_CONTRAST * slack || alike < OTHER_VIEW)) return 'covered'
    if (alike < SAME_VIEW || layout.contrast < usual.layout.contrast / 2) return undefined
    const isBlurred = edges.share >= SOME_EDGES / 2 && edges.sharpness < BLURRED * slack * usual.sharpness
    return isBlurred || hasFewEdges ? 'defocused' : undefined
  }

  #isEvenFromTheBeginning(layout: Layout, edges: Edges, slack: number): boolean {
    if (this.#now === undefined && this.#seconds > BEGINNING_SECONDS) return false
    return layout.contrast < EVEN_CONTRAST * slack && edges.share < SOME_EDGES / 4
  }

  #learn({ layout, edges }: Features): void {
    const usual = this.#usual
    if (usual === undefined) {
      this.#usual = { layout, share: edges.share, sharpness: edges.sharpness, seconds: 1 }
      return
    }
    usual.seconds += 1
    const share = 1 / Math.min(usual.seconds, MEMORY_SECONDS)
    const blocks = usual.layout.blocks.map((block, index) => block + (layout.blocks[index]! - block) * share)
    const contrast = usual.layout.contrast + (layout.contrast - usual.layout.contrast) * share
    usual.layout = { blocks, contrast }
    usual.share += (edges.share - usual.share) * share
    usual.sharpness += (edges.sharpness - usual.sharpness) * share
  }
}
