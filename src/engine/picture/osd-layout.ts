/** Where the lines of the OSD stand so that they never cover each other. Pure. */
import type { OsdPosition, OsdSettings } from '../protocol.ts'
import type { Size } from './size.ts'

export interface OsdLine {
  readonly id: 'time' | 'name'
  /** Expressions of FFmpeg's drawtext. */
  readonly x: string
  readonly y: string
}

export interface OsdLayout {
  readonly fontSize: number
  readonly lines: readonly OsdLine[]
}

/** Widths in fractions of the font size; DejaVu Sans has no wider letter than its W (0.99). */
const CLOCK_LETTER = 0.7
const WIDEST_LETTER = 1
/** Longest clock text: `11/22/2026 WED 11:40:16 PM`. */
const CLOCK_LETTERS = 26

type Column = 'left' | 'center' | 'right'

/** `letters` is the number of characters of the name, which decides whether both lines fit into one row. */
export function layoutOsd(settings: OsdSettings, letters: number, picture: Size): OsdLayout {
  const fontSize = Math.max(8, Math.round(Math.min(picture.height / 24, picture.width / 36)))
  const { name, time } = settings
  const lines: OsdLine[] = []
  if (time.enabled) lines.push(lineAt('time', time.position, 0, fontSize))
  if (name.enabled) {
    const row = time.enabled && collide(settings, letters, picture.width, fontSize) ? 1 : 0
    lines.push(lineAt('name', name.position, row, fontSize))
  }
  return { fontSize, lines }
}

function collide({ name, time }: OsdSettings, letters: number, width: number, fontSize: number): boolean {
  if (isUpper(name.position) !== isUpper(time.position)) return false
  const gap = fontSize
  const a = span(columnOf(name.position), letters * WIDEST_LETTER * fontSize, width, fontSize)
  const b = span(columnOf(time.position), CLOCK_LETTERS * CLOCK_LETTER * fontSize, width, fontSize)
  return a.from < b.to + gap && b.from < a.to + gap
}

function span(column: Column, length: number, width: number, margin: number) {
  const from = { left: margin, center: (width - length) / 2, right: width - margin - length }[column]
  return { from, to: from + length }
}

function lineAt(id: OsdLine['id'], position: OsdPosition, row: number, fontSize: number): OsdLine {
  const margin = Math.round(fontSize * 0.6)
  const lineHeight = Math.round(fontSize * 1.35)
  const x = { left: String(margin), center: '(w-text_w)/2', right: `w-text_w-${margin}` }[columnOf(position)]
  const y = isUpper(position) ? String(margin + row * lineHeight) : `h-${margin + (row + 1) * lineHeight}`
  return { id, x, y }
}

function isUpper(position: OsdPosition): boolean {
  return position === 'Upper Left' || position === 'Top Center' || position === 'Upper Right'
}

function columnOf(position: OsdPosition): Column {
  if (position.endsWith('Left')) return 'left'
  return position.endsWith('Right') ? 'right' : 'center'
}
