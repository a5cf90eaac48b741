/** Where the lines of the OSD stand so that they never cover each other. Pure. */
import type { OsdPosition, OsdSettings } from '../protocol.ts'
import type { Area, Size } from './size.ts'

export type OsdLineId = 'time' | 'name' | 'mark'

export interface OsdLine {
  readonly id: OsdLineId
  readonly fontSize: number
  /** Begin of the line on its baseline, pixels. */
  readonly x: number
  readonly baseline: number
  /** What the line takes of the picture, with some air around the letters. */
  readonly box: Area
}

/** Height above and below the baseline in fractions of the font size, enough for every font of the stack. */
const ASCENT = 0.95
const DESCENT = 0.27
const AIR = 0.2
/** The mark is smaller than what people want to read. */
const MARK_SIZE = 0.8

/** Corners for the mark, in the order of choice. */
const MARK_POSITIONS = ['Lower Left', 'Upper Left', 'Upper Right', 'Lower Right'] as const

/** `widths` are those of the lines in fractions of the font size. */
export function layoutOsd(
  { name, time, watermark }: OsdSettings,
  widths: Readonly<Record<OsdLineId, number>>,
  picture: Size,
): readonly OsdLine[] {
  const fontSize = Math.max(8, Math.round(Math.min(picture.height / 24, picture.width / 36)))
  const lines: OsdLine[] = []
  const place = (id: OsdLineId, position: OsdPosition, size: number) => {
    for (let row = 0; ; row += 1) {
      const line = lineAt(
        id,
        { position, row, width: widths[id], fontSize: fit(size, widths[id], picture) },
        picture,
      )
      if (lines.every(({ box }) => !touch(box, line.box))) return lines.push(line)
    }
  }
  if (time.enabled) place('time', time.position, fontSize)
  if (name.enabled && widths.name > 0) place('name', name.position, fontSize)
  if (watermark) {
    const taken = lines.map(({ id }) => (id === 'time' ? time : name).position)
    place(
      'mark',
      MARK_POSITIONS.find((position) => !taken.includes(position))!,
      Math.round(fontSize * MARK_SIZE),
    )
  }
  return lines
}

/** A line that is too long for the picture is written smaller, as long as that can be read. */
function fit(fontSize: number, width: number, picture: Size): number {
  const room = picture.width - 2 * fontSize
  return Math.min(fontSize, Math.max(8, Math.floor(room / width)))
}

interface Place {
  readonly position: OsdPosition
  readonly row: number
  readonly width: number
  readonly fontSize: number
}

function lineAt(id: OsdLineId, { position, row, width, fontSize }: Place, picture: Size): OsdLine {
  const air = Math.round(fontSize * AIR)
  const margin = Math.round(fontSize * 0.6)
  const length = Math.ceil(width * fontSize)
  const ascent = Math.ceil(ASCENT * fontSize)
  const height = ascent + Math.ceil(DESCENT * fontSize)
  const lineHeight = height + 2 * air
  const inset = margin + row * lineHeight
  const top = isUpper(position) ? inset : picture.height - inset - height
  const left = Math.max(margin, leftOf(position, length, picture.width, margin))
  const box = { x: left - air, y: top - air, width: length + 2 * air, height: lineHeight }
  return { id, fontSize, x: left, baseline: top + ascent, box }
}

function leftOf(position: OsdPosition, length: number, width: number, margin: number): number {
  if (position.endsWith('Left')) return margin
  return position.endsWith('Right') ? width - margin - length : Math.round((width - length) / 2)
}

function isUpper(position: OsdPosition): boolean {
  return position === 'Upper Left' || position === 'Top Center' || position === 'Upper Right'
}

function touch(a: Area, b: Area): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}
