/**
 * Harder clips for `bench/motion.ts`, made from the empty hall of the labelled footage: ten minutes of noise, movers that are small
 * and faint, in noise and in the dark, lamps that are switched. `node bench/motion-clips.ts FOOTAGE OUTPUT`; all are sub streams
 * (640 × 360, 7 frames/s, 160 kbit/s) but for the noise, which the encoder must not smooth.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tool } from '../test/tools.ts'
import type { Label, Span } from './motion.ts'

const SIZE = { width: 640, height: 360, fps: 7 }
/** The empty hall. */
const SOURCE = 'hall-still-light.mp4'
/** Each mover crosses within so many seconds. */
const CROSSING_S = 6
const CROSSINGS: readonly Span[] = [10, 30, 50, 70, 90].map((from) => [from, from + CROSSING_S])

interface Recipe {
  readonly seconds: number
  /** Filters on the still picture. */
  readonly filters: readonly string[]
  /** Pixels of a mover and its gray level; it crosses at the times of CROSSINGS. */
  readonly mover?: { readonly width: number; readonly height: number; readonly level: number }
  readonly rateKbps?: number
}

const noise = (strength: number) => `noise=alls=${strength}:allf=t`
const person = { width: 8, height: 20, level: 0x90 }
/** All lamps, switched every 7 s. */
const lamps = "lutyuv=y='min(val*1.5,235)':enable='lt(mod(t,14),7)'"
const flicker = "geq=lum='clip(16+(lum(X,Y)-16)*(1+0.08*sin(2*PI*T*1.7)),16,235)':cb='cb(X,Y)':cr='cr(X,Y)'"
const RECIPES: Readonly<Record<string, Recipe>> = {
  'noise-600s': { seconds: 600, filters: [noise(24)], rateKbps: 800 },
  'small-mover': { seconds: 110, filters: [noise(8)], mover: person },
  'small-mover-noise': { seconds: 110, filters: [noise(24)], mover: person, rateKbps: 800 },
  'faint-mover': { seconds: 110, filters: [noise(8)], mover: { ...person, level: 0x68 } },
  'small-mover-night': {
    seconds: 110,
    filters: ["lutyuv=y='16+(val-16)*0.3':u=128:v=128", noise(16)],
    mover: { ...person, level: 0x48 },
    rateKbps: 400,
  },
  'lamps-switched': { seconds: 120, filters: [lamps, noise(8)] },
  flicker: { seconds: 120, filters: [flicker, noise(8)] },
  // No lamp does that, but an amplifier may: added, not multiplied.
  'level-pumping': { seconds: 120, filters: ["eq=brightness='0.06*sin(2*PI*t*1.7)':eval=frame", noise(8)] },
}

function make(source: string, output: string, { seconds, filters, mover, rateKbps = 160 }: Recipe): void {
  const { width, height, fps } = SIZE
  const still = `trim=end_frame=1,setpts=0,scale=${width}:${height},loop=-1:1,fps=${fps},setpts=N/${fps}/TB,trim=duration=${seconds}`
  const inputs = ['-i', source]
  let graph = `[0:v]${still}[still]`
  if (mover !== undefined) {
    const colour = `0x${mover.level.toString(16).repeat(3)}`
    inputs.push('-f', 'lavfi', '-i', `color=c=${colour}:s=${mover.width}x${mover.height}:r=${fps}`)
    const isThere = CROSSINGS.map(([from, to]) => `between(t,${from},${to})`).join('+')
    const way = `x='mod(t-10,20)*${width / CROSSING_S}':y=${height / 2}:enable='${isThere}':shortest=1`
    graph += `;[still][1:v]overlay=${way}[still]`
  }
  graph += `;[still]${filters.join(',')},format=yuv420p`
  const rate = ['-b:v', `${rateKbps}k`, '-maxrate', `${rateKbps}k`, '-bufsize', `${rateKbps * 2}k`]
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '14', '-bf', '0', ...rate]
  execFileSync(tool('ffmpeg'), [
    '-v',
    'error',
    '-y',
    ...inputs,
    '-filter_complex',
    graph,
    ...codec,
    '-an',
    output,
  ])
}

const [footage, output] = process.argv.slice(2)
if (footage === undefined || output === undefined) {
  console.error('node bench/motion-clips.ts FOOTAGE OUTPUT')
  process.exitCode = 2
} else {
  mkdirSync(output, { recursive: true })
  const clips: Record<string, Label> = {}
  for (const [name, recipe] of Object.entries(RECIPES)) {
    const file = `${name}.mp4`
    make(join(footage, SOURCE), join(output, file), recipe)
    const motion = recipe.mover === undefined ? [] : CROSSINGS
    clips[name] = { file, ...SIZE, duration: recipe.seconds, motion, ignore: [] }
  }
  writeFileSync(join(output, 'LABELS.json'), `${JSON.stringify({ clips }, null, 2)}\n`)
}
