/** `npm run motion`: what the camera would have noticed in a clip, to tune sensitivity and cells by. See its --help. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { AV_LOG_QUIET } from 'node-av/constants'
import { Log } from 'node-av/lib'
import { messageOf } from '../src/base/errors.ts'
import { checkSource } from '../src/engine/source/check.ts'
import { watchClip } from '../src/engine/watch/clip.ts'
import { CELLS, countCommon } from '../src/motion/grid.ts'
import { limitOf } from '../src/motion/judge.ts'
import { Replay, type ReplayedEvent } from '../src/motion/replay.ts'
import { heatMap } from './heat-map.ts'

const COLUMNS = 80
const ROWS = 45
const HELP = `npm run motion -- CLIP [OPTIONS]

Looks at a clip of a fixed camera with the camera's own motion detection and tells what it would have noticed.

  --sensitivity N   1 (most sensitive) to 50, as in SetAlarm; 9 otherwise.
  --scope CELLS     Cells in which motion counts, all otherwise: one or more rectangles of columns 0 to 79 and rows 0 to 44,
                    such as 60-79,20-44 or 0-39,0-9+0-39,30-44; or a file with a table of 3600 characters 0 and 1.
  --picture FILE    Writes a picture (PNG) of where it moved: yellow seldom, red often; what is not armed is dark.
  --json            Prints the result as JSON: events, and the score of each second.
  --help            This text.

The score is the share of the armed cells that move, in percent. Motion begins when it passes the limit in two pictures
close together, and is over when it was below for three seconds.
`

const OPTIONS = {
  sensitivity: { type: 'string' },
  scope: { type: 'string' },
  picture: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

/** So often it is told how far a long clip is. */
const PROGRESS_MS = 2000

interface Result {
  readonly clip: string
  readonly seconds: number
  readonly sensitivity: number
  readonly limitPercent: number
  readonly events: readonly ReplayedEvent[]
  /** Percent, for each second. */
  readonly scores: readonly number[]
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readArguments(args)
  if (values.help) return void process.stdout.write(HELP)
  const [clip, ...others] = positionals
  if (clip === undefined || others.length > 0)
    throw new Error('One clip is wanted: npm run motion -- CLIP; --help tells what else can be given.')
  checkSource(`file:${clip}`)
  const sensitivity = readSensitivity(values.sensitivity)
  const scope = readScope(values.scope)
  // FFmpeg would write what it thinks of a clip between our lines.
  Log.setLevel(AV_LOG_QUIET)
  const replay = new Replay({
    isEnabled: true,
    scope,
    periods: [{ beginHour: 0, beginMin: 0, endHour: 23, endMin: 59, sensitivity }],
  })
  const { seconds, last } = await watch(clip, replay).catch((error) => {
    throw new Error(`${clip} cannot be read as a clip: ${messageOf(error)}`, { cause: error })
  })
  if (last === undefined) throw new Error(`There is no picture in ${clip} that can be decoded.`)
  const scores = replay.scores.map((score) => Math.round(score * 10_000) / 100)
  const limitPercent = Math.round(limitOf(sensitivity) * 10_000) / 100
  const result: Result = { clip, seconds, sensitivity, limitPercent, events: replay.events, scores }
  if (values.picture !== undefined) writeFileSync(values.picture, heatMap(last, replay.heat, scope))
  process.stdout.write(values.json ? `${JSON.stringify(toJson(result), null, 2)}\n` : toText(result))
  if (values.picture !== undefined) console.error(`${values.picture} has been written.`)
}

async function watch(clip: string, replay: Replay) {
  let toldMs = performance.now()
  let atMs = 0
  let last: Uint8Array | undefined
  for await (const moment of watchClip(clip)) {
    atMs = moment.atMs
    replay.take(moment.sighting, atMs)
    last ??= new Uint8Array(moment.gray.length)
    last.set(moment.gray)
    if (performance.now() - toldMs < PROGRESS_MS) continue
    toldMs = performance.now()
    console.error(`${Math.round(atMs / 1000)} s of the clip …`)
  }
  replay.finish(atMs)
  return { seconds: Math.round(atMs / 100) / 10, last }
}

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new Error(`${messageOf(error).split('. ')[0]}; npm run motion -- --help tells what can be given.`, {
      cause: error,
    })
  }
}

function readSensitivity(text = '9'): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 50)
    throw new Error('--sensitivity is a whole number from 1 (most sensitive) to 50.')
  return value
}

function readScope(text: string | undefined): Uint8Array {
  const scope = new Uint8Array(CELLS / 8)
  if (text === undefined) return scope.fill(0xff)
  const isFile = !/^[\d,+-]+$/.test(text)
  if (isFile && !existsSync(text)) throw new Error(`--scope: there is no file ${text}.`)
  const table = isFile ? readFileSync(text, 'utf8').replaceAll(/\s/g, '') : tableOf(text)
  if (table === undefined || !/^[01]{3600}$/.test(table))
    throw new Error('--scope is rectangles such as 60-79,20-44, or a file with 3600 characters 0 and 1.')
  for (let cell = 0; cell < CELLS; cell += 1) if (table[cell] === '1') scope[cell >> 3]! |= 0x80 >> (cell & 7)
  if (countCommon(scope, scope) === 0) throw new Error('--scope has no cell in it.')
  return scope
}

/** `columns,rows`, joined by plus signs; each of both is one number or a range. Undefined if it is not of that form. */
function tableOf(text: string): string | undefined {
  const cells = new Array<string>(CELLS).fill('0')
  for (const rectangle of text.split('+')) {
    const match = /^(\d+)(?:-(\d+))?,(\d+)(?:-(\d+))?$/.exec(rectangle)
    if (match === null) return undefined
    const [left, right = left, top, bottom = top] = match.slice(1).map((one) => one && Number(one)) as [
      number,
      number | undefined,
      number,
      number | undefined,
    ]
    if (right >= COLUMNS || bottom >= ROWS || left > right || top > bottom) return undefined
    for (let row = top; row <= bottom; row += 1)
      cells.fill('1', row * COLUMNS + left, row * COLUMNS + right + 1)
  }
  return cells.join('')
}

function toJson({ events, ...others }: Result): object {
  const seconds = (ms: number) => Math.round(ms / 10) / 100
  return {
    ...others,
    events: events.map(({ kind, startMs, noticedMs, endMs = noticedMs, peakScore }) => ({
      kind,
      startS: seconds(startMs),
      noticedS: seconds(noticedMs),
      endS: seconds(endMs),
      peakPercent: Math.round(peakScore * 10_000) / 100,
    })),
  }
}

function toText({ clip, seconds, sensitivity, limitPercent, events, scores }: Result): string {
  const lines = events.map(({ kind, startMs, endMs = startMs, peakScore }) => {
    const peak = kind === 'motion' ? `, at most ${(peakScore * 100).toFixed(2)} %` : ''
    return `  ${timeOf(startMs)} to ${timeOf(endMs)}  ${kind}${peak}`
  })
  const strip = scores.map((score) => '·▁▂▃▄▅▆▇█'[levelOf(score, limitPercent)]).join('')
  const rows = strip.match(/.{1,60}/gu) ?? []
  return `${[
    `${clip}: ${seconds} s, sensitivity ${sensitivity}: more than ${limitPercent} % of the armed cells.`,
    events.length === 0 ? 'Nothing was noticed.' : `${events.length} event${events.length === 1 ? '' : 's'}:`,
    ...lines,
    '',
    'Score of each second, a minute a line (· below the limit, ▁ above it, each step twice as much):',
    ...rows.map((row, minute) => `  ${String(minute).padStart(3)} min  ${row}`),
  ].join('\n')}\n`
}

function levelOf(score: number, limit: number): number {
  if (score <= limit) return 0
  return Math.min(8, 1 + Math.floor(Math.log2(score / limit)))
}

function timeOf(ms: number): string {
  const tenths = Math.round(ms / 100)
  const [minutes, rest] = [Math.floor(tenths / 600), tenths % 600]
  return `${minutes}:${(rest / 10).toFixed(1).padStart(4, '0')}`
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
