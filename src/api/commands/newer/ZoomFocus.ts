/** The lens in whole positions: zoom from wide to near in even steps of its factor, focus from near to far. */
import { CameraError } from '../../../base/errors.ts'
import { MAX_ZOOM } from '../../../ptz/limits.ts'
import { choice } from '../../define/choice.ts'
import { action, LATER } from '../../define/command.ts'
import { missing, optional } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { integer } from '../../define/numbers.ts'
import type { Parts } from '../../parts.ts'

const SECTION = 'ZoomFocus'
const ZOOM_STEPS = 60
const FOCUS_STEPS = 250

const OPERATIONS = ['ZoomPos', 'ZoomInc', 'ZoomDec', 'FocusPos', 'FocusInc', 'FocusDec'] as const
type Operation = (typeof OPERATIONS)[number]

interface Positions {
  readonly zoom: number
  readonly focus: number
}

const range = {
  [SECTION]: {
    channel: 0,
    focus: { pos: { min: 0, max: FOCUS_STEPS } },
    zoom: { pos: { min: 0, max: ZOOM_STEPS } },
  },
}

/** Errors: CameraError `not-supported` for a head that does not tell. */
function positionsOf(parts: Parts, channel: number): Positions {
  const pose = parts.ptz[channel]?.position()
  if (pose === undefined) throw new CameraError('not-supported', 'the head does not tell its position')
  return {
    zoom: Math.round((Math.log2(pose.zoom) / Math.log2(MAX_ZOOM)) * ZOOM_STEPS),
    focus: Math.round(pose.focus * FOCUS_STEPS),
  }
}

const factorOf = (zoom: number) => MAX_ZOOM ** (zoom / ZOOM_STEPS)

/** Where an operation leads; steps beyond an end lead to that end. */
function goalOf(op: Operation, pos: number | undefined, now: Positions): number {
  const isZoom = op.startsWith('Zoom')
  const most = isZoom ? ZOOM_STEPS : FOCUS_STEPS
  if (op.endsWith('Pos')) {
    if (pos === undefined) missing(`${SECTION}.pos`)
    if (pos > most) throw new CameraError('bad-value', `${SECTION}.pos must be a whole number 0..${most}`)
    return pos
  }
  const step = (op.endsWith('Inc') ? 1 : -1) * (pos ?? 1)
  return Math.min(most, Math.max(0, (isZoom ? now.zoom : now.focus) + step))
}

export const getZoomFocus = action('GetZoomFocus', {
  guide: LATER,
  summary: 'Where the lens stands, also while it moves.',
  access: { key: 'ptzPreset', right: 'read' },
  section: SECTION,
  readOnly: true,
  perChannel: true,
  run: (_params, { entry, parts }, channel) => {
    const { zoom, focus } = positionsOf(parts, channel)
    const value = { [SECTION]: { channel, focus: { pos: focus }, zoom: { pos: zoom } } }
    return entry.action === 1 ? { range, value } : { value }
  },
})

export const startZoomFocus = action('StartZoomFocus', {
  guide: LATER,
  summary: 'Moves the lens to a position (`ZoomPos`, `FocusPos`), or by `pos` steps, 1 if left out.',
  access: { key: 'ptzCtrl', right: 'execute' },
  section: SECTION,
  fields: group({
    op: choice(OPERATIONS, { initial: 'ZoomPos' }),
    pos: optional(integer({ min: 0, max: FOCUS_STEPS, initial: 0 })),
  }),
  perChannel: true,
  run: async ({ op, pos }, { parts }, channel) => {
    const goal = goalOf(op, pos, positionsOf(parts, channel))
    await parts.ptz[channel]?.lensTo(
      op.startsWith('Zoom') ? { zoom: factorOf(goal) } : { focus: goal / FOCUS_STEPS },
    )
    return undefined
  },
})
