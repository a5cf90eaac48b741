/**
 * A line of text as runs of one font each, side by side, measured in fractions of the font size. Letters of
 * every script find a font that has them; what no font has is shown as U+FFFD.
 */
import { visualOrder } from './bidi.ts'
import type { Font } from './font.ts'
import { FONT_COUNT, fontAt } from './font-stack.ts'

export interface Run {
  readonly text: string
  readonly fontFile: string
  /** Begin of the run from the begin of the line. */
  readonly x: number
}

export interface TypesetLine {
  readonly runs: readonly Run[]
  readonly width: number
}

/** More changes of font than this are not worth their time in each picture. */
const MAX_RUNS = 8
const REPLACEMENT = '\ufffd'

/** Digits, punctuation and blanks: they belong to no script and stand in the font of their neighbour. */
const NEUTRAL = /^[\p{N}\p{P}\p{Zs}]$/u
/** Signs without a picture, but for the joiners that shape Arabic and Indic letters. */
const INVISIBLE = /(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}/gu
/** Unassigned characters, private ones and single halves of pairs. */
const NOT_A_CHARACTER = /[\p{Cn}\p{Co}\p{Cs}]/gu

interface Piece {
  text: string
  /** Of the font in the stack. */
  readonly rank: number
  /** Arabic letters are shaped by their neighbours, which are sought in one direction. */
  readonly fromRight: boolean
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Errors: CameraError `internal` if a font cannot be read. */
export function typeset(text: string): TypesetLine {
  const runs: Run[] = []
  let width = 0
  for (const { text: piece, rank } of cut(printable(text))) {
    const font = fontAt(rank)!
    runs.push({ text: piece, fontFile: font.path, x: width })
    for (const character of piece) width += advance(font, character)
  }
  return { runs, width }
}

/** One line of visible characters, in composed form. */
function printable(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(INVISIBLE, '')
    .replaceAll(NOT_A_CHARACTER, REPLACEMENT)
}

function cut(text: string): readonly Piece[] {
  const signs = visualOrder([...graphemes.segment(text)].map(({ segment }) => segment))
  const pieces: Piece[] = []
  for (const { sign, fromRight } of signs) {
    const last = pieces.at(-1)
    const found = last && staysIn(sign, last.rank) ? last.rank : rankOf([sign])
    const drawn = found === undefined ? REPLACEMENT : sign
    const rank = found ?? 0
    if (last?.rank === rank && last.fromRight === fromRight) last.text += drawn
    else pieces.push({ text: drawn, rank, fromRight })
  }
  return pieces.length <= MAX_RUNS ? pieces : [inOneFont(signs.map(({ sign }) => sign))]
}

function inOneFont(signs: readonly string[]): Piece {
  const rank = rankOf(signs) ?? FONT_COUNT - 1
  const text = signs.map((sign) => (draws(fontAt(rank)!, sign) ? sign : REPLACEMENT)).join('')
  return { text, rank, fromRight: false }
}

/** The last font is no good neighbour: its pixels are coarse. */
function staysIn(sign: string, rank: number): boolean {
  return NEUTRAL.test(sign) && (sign === ' ' || rank < FONT_COUNT - 1) && draws(fontAt(rank)!, sign)
}

/** The first font that has all of the signs; undefined if none has. */
function rankOf(signs: readonly string[]): number | undefined {
  for (let rank = 0; rank < FONT_COUNT; rank += 1) {
    if (signs.every((sign) => draws(fontAt(rank)!, sign))) return rank
  }
  return undefined
}

function draws(font: Font, sign: string): boolean {
  return [...sign].every((character) => isJoiner(character) || font.has(character.codePointAt(0)!))
}

function advance(font: Font, character: string): number {
  return isJoiner(character) ? 0 : font.advance(character.codePointAt(0)!)
}

function isJoiner(character: string): boolean {
  return character === '\u200c' || character === '\u200d'
}
