/**
 * The fonts of the words in the picture. FreeType draws from one font at a time, so a text is cut into pieces
 * that one font can draw: the first of the stack that knows a character.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Font } from './font.ts'

const { resolve } = createRequire(import.meta.url)

/** Resolved at the start: a missing font would silently become another one. */
export const FONT_FILE = resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')

/** In the order of choice. */
const FILES = [
  // Latin, Greek, Cyrillic, Hebrew, Arabic, Georgian, Armenian, many signs.
  FONT_FILE,
  // Chinese, simplified and traditional, and Japanese.
  join(resolve('@embedpdf/fonts-sc'), '../../fonts/NotoSansHans-Regular.otf'),
  // Korean.
  join(resolve('@embedpdf/fonts-kr'), '../../fonts/NotoSansKR-Regular.otf'),
  // Nearly everything else, in coarse pixels.
  resolve('@fontsource/unifontex/files/unifontex-latin-400-normal.woff'),
]

const opened: Font[] = []

/** The font of a rank in the stack, from 0; undefined behind the last one. Errors: CameraError `internal`. */
export function fontAt(rank: number): Font | undefined {
  const file = FILES[rank]
  if (file === undefined) return undefined
  opened[rank] ??= new Font(file)
  return opened[rank]
}

export const FONT_COUNT = FILES.length
