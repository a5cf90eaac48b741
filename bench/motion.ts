/**
 * Motion detection on labelled clips, side by side with Debian's `motion`: what is found, how soon, what is found where
 * nothing moves, and what it costs. `node bench/motion.ts FOLDER [--rounds N] [--no-peer]`; the folder holds clips and a
 * LABELS.json (its form: `Label` below; `bench/motion-clips.ts` makes some). All contenders take turns at each clip. The peer
 * takes as long as the clips last, once for each threshold.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { AV_LOG_QUIET } from 'node-av/constants'
import { Log } from 'node-av/lib'
import { watchClip } from '../src/engine/watch/clip.ts'
import { Replay } from '../src/motion/replay.ts'
import { processor } from './machine.ts'
import { cpuMs } from './process-cost.ts'
import { median } from './statistics.ts'

export type Span = readonly [fromS: number, toS: number]

export interface Label {
  readonly file: string
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly duration: number
  /** When something moves. */
  readonly motion: readonly Span[]
  /** When it counts neither way. */
  readonly ignore: readonly Span[]
  /** Something moves all the time: only recall is measured. */
  readonly continuous?: boolean
}

interface Found {
  /** Seconds of the clip. */
  readonly events: readonly Span[]
  readonly cpuMs: number
  /** Of that, without reading and decoding the clip and making the pictures that viewers see. */
  readonly lookMs?: number
}

interface Score {
  readonly motions: number
  readonly found: number
  readonly delays: readonly number[]
  readonly falseOnsets: number
  readonly falseSeconds: number
  readonly quietSeconds: number
  readonly clipSeconds: number
  readonly cpuMs: number
  readonly lookMs: number | undefined
}

/** Motion may be noticed so much before its label, which is not more exact than that. */
const EARLY_S = 0.5
/** It is not false to go on for so long after motion ended. */
const AFTER_S = 5
const SENSITIVITIES = [5, 9, 15]
const WARM_UP = 3
const PEER_THRESHOLDS = [1500, 300]

function scoreOf({ motion, ignore, duration, continuous }: Label, { events, cpuMs, lookMs }: Found): Score {
  const isOn = (atS: number) => events.some(([from, to]) => atS >= from && atS < to)
  const delays: number[] = []
  for (const [from, to] of motion) {
    const event = events.find(([begin, end]) => begin < to && end > from - EARLY_S && begin > from - EARLY_S)
    // What goes on from before was found at once.
    if (event !== undefined) delays.push(Math.max(0, event[0] - from))
    else if (isOn(from)) delays.push(0)
  }
  const allowed = [...motion, ...ignore].map(([from, to]): Span => [from - EARLY_S, to + AFTER_S])
  const isAllowed = (atS: number) => allowed.some(([from, to]) => atS >= from && atS <= to)
  let [quiet, wrong] = [0, 0]
  for (let tenth = 0; tenth < duration * 10; tenth += 1) {
    if (continuous === true || isAllowed(tenth / 10)) continue
    quiet += 1
    if (isOn(tenth / 10)) wrong += 1
  }
  const onsets = [...motion, ...ignore].map(([from, to]): Span => [from - EARLY_S, to + 1])
  const isOnset = (atS: number) => onsets.some(([from, to]) => atS >= from && atS <= to)
  return {
    motions: motion.length,
    found: delays.length,
    delays,
    falseOnsets: continuous === true ? 0 : events.filter(([from]) => !isOnset(from)).length,
    falseSeconds: wrong / 10,
    quietSeconds: quiet / 10,
    clipSeconds: duration,
    cpuMs,
    lookMs,
  }
}

async function ours(path: string, sensitivity: number): Promise<Found> {
  const periods = [{ beginHour: 0, beginMin: 0, endHour: 23, endMin: 59, sensitivity }]
  const replay = new Replay({ isEnabled: true, scope: new Uint8Array(450).fill(0xff), periods })
  const before = process.cpuUsage()
  let lastMs = 0
  let spentMs = 0
  for await (const { sighting, atMs, lookMs } of watchClip(path)) {
    spentMs += lookMs
    replay.take(sighting, atMs)
    lastMs = atMs
  }
  replay.finish(lastMs)
  const { user, system } = process.cpuUsage(before)
  const events = replay.events
    .filter(({ kind }) => kind === 'motion')
    .map(({ noticedMs, endMs = lastMs }): Span => [noticedMs / 1000, endMs / 1000])
  return { events, cpuMs: (user + system) / 1000, lookMs: spentMs }
}

/**
 * Debian's `motion`, detection only, on the clip as a network camera. It plays a file at a pace of its own, so what its
 * log tells is scaled to the length of the clip.
 */
async function peer(path: string, label: Label, threshold: number): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-motion-'))
  const config = join(folder, 'motion.conf')
  writeFileSync(config, peerConfig(path, label, threshold, folder))
  // Unbuffered, so that the time of a line is that of what it tells.
  const child = spawn('motion', ['-n', '-c', config], { stdio: ['ignore', 'pipe', 'pipe'] })
  const told: { readonly what: string; readonly atMs: number }[] = []
  let cost = 0
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error('motion plays on and on')),
        label.duration * 2000 + 10_000,
      )
      const take = (line: string) => {
        const what = /connected|starting event|End of event|Reconnecting/.exec(line)?.[0]
        if (what !== undefined) told.push({ what, atMs: performance.now() })
        if (what !== 'Reconnecting') return
        cost = cpuMs(child.pid!)
        clearTimeout(late)
        resolve()
      }
      for (const stream of [child.stdout!, child.stderr!]) createInterface({ input: stream }).on('line', take)
      child.once('error', reject)
    })
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  const beginMs = told.find(({ what }) => what === 'connected')!.atMs
  const scale = label.duration / (told.at(-1)!.atMs - beginMs)
  const events: [number, number][] = []
  for (const { what, atMs } of told) {
    if (what === 'starting event') events.push([(atMs - beginMs) * scale, label.duration])
    if (what === 'End of event') events.at(-1)![1] = (atMs - beginMs) * scale
  }
  return { events, cpuMs: cost }
}

/** An event ends after two seconds without motion: there is no shorter time that it would keep to. */
function peerConfig(path: string, { width, height, fps }: Label, threshold: number, folder: string): string {
  const options = {
    daemon: 'off',
    netcam_url: `file://${path}`,
    width,
    height,
    framerate: Math.round(fps),
    threshold,
    minimum_motion_frames: 1,
    event_gap: 2,
    pre_capture: 0,
    post_capture: 0,
    picture_output: 'off',
    movie_output: 'off',
    stream_port: 0,
    webcontrol_port: 0,
    log_level: 6,
    target_dir: folder,
  }
  return Object.entries(options)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('')
}

function rowOf(name: string, scores: readonly Score[]): string {
  const sum = (pick: (score: Score) => number) => scores.reduce((all, score) => all + pick(score), 0)
  const hours = sum(({ quietSeconds }) => quietSeconds) / 3600
  const clipMinutes = sum(({ clipSeconds }) => clipSeconds) / 60
  const cells = [
    name,
    (sum(({ found }) => found) / sum(({ motions }) => motions)).toFixed(2),
    median(scores.flatMap(({ delays }) => delays)).toFixed(2),
    (sum(({ falseOnsets }) => falseOnsets) / hours).toFixed(1),
    (sum(({ falseSeconds }) => falseSeconds) / hours).toFixed(0),
    (sum((score) => score.cpuMs) / 1000 / clipMinutes).toFixed(2),
    scores.some(({ lookMs }) => lookMs === undefined)
      ? ''
      : (sum(({ lookMs = 0 }) => lookMs) / 1000 / clipMinutes).toFixed(2),
  ]
  return `| ${cells.join(' | ')} |`
}

interface Contender {
  readonly name: string
  readonly look: (path: string, label: Label) => Promise<Found>
  readonly scores: Score[]
}

function contenders(withPeer: boolean): Contender[] {
  const known = SENSITIVITIES.map((sensitivity) => ({
    name: `Vedette, sensitivity ${sensitivity}`,
    look: (path: string) => ours(path, sensitivity),
    scores: [],
  }))
  const peers = PEER_THRESHOLDS.map((threshold) => ({
    name: `motion 4.5.1, threshold ${threshold}`,
    look: (path: string, label: Label) => peer(path, label, threshold),
    scores: [],
  }))
  return withPeer ? [...known, ...peers] : known
}

/** Measures and gives the rows of the result page. */
export async function benchMotion(folder: string, { withPeer = true, rounds = 1 } = {}): Promise<string> {
  const { clips } = JSON.parse(readFileSync(join(folder, 'LABELS.json'), 'utf8')) as {
    clips: Record<string, Label>
  }
  const labels = Object.values(clips).filter(({ file }) => existsSync(join(folder, file)))
  Log.setLevel(AV_LOG_QUIET)
  // The first looks pay for what is loaded and compiled once.
  for (let look = 0; look < WARM_UP; look += 1) await ours(join(folder, labels[0]!.file), 9)
  const all = contenders(withPeer)
  for (let round = 0; round < rounds; round += 1) {
    for (const label of labels) {
      for (const { look, scores } of all)
        scores.push(scoreOf(label, await look(join(folder, label.file), label)))
    }
  }
  const seconds = labels.reduce((sum, { duration }) => sum + duration, 0)
  return [
    `${labels.length} clips, ${Math.round(seconds)} s, ${rounds} rounds, ${processor()}. Motion that lasts up to ${AFTER_S} s after what moved is not counted as false.`,
    '',
    '| what | recall | median delay, s | false onsets per hour | false seconds per hour | CPU-seconds per minute of video | of that detection |',
    '|---|---|---|---|---|---|---|',
    ...all.map(({ name, scores }) => rowOf(name, scores)),
  ].join('\n')
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { rounds: { type: 'string', default: '1' }, 'no-peer': { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [folder] = positionals
  if (folder === undefined) {
    console.error(
      'node bench/motion.ts FOLDER [--rounds N] [--no-peer]: a folder with clips and LABELS.json is wanted.',
    )
    process.exitCode = 2
  } else
    console.log(await benchMotion(folder, { withPeer: !values['no-peer'], rounds: Number(values.rounds) }))
}
