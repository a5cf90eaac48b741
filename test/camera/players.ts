/**
 * Players that are not ours, and how each is told of a transport. VLC does not run as root and is started as nobody then;
 * Debian's VLC is built without RTSP.
 */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missing, type ToolName } from '../tools.ts'
import type { Camera } from './kit.ts'

export type StreamName = 'main' | 'sub'

/** Pictures a second, as the camera comes. */
export const RATES: Readonly<Record<StreamName, number>> = { main: 15, sub: 7 }

interface Transport {
  readonly url: (camera: Camera, stream: StreamName) => string
  /** What FFmpeg needs to be told besides the address. */
  readonly ffmpeg: readonly string[]
  /** GStreamer's elements up to H.264. */
  readonly gst: (camera: Camera, stream: StreamName) => readonly string[]
  readonly hasVlc: boolean
}

const scheme = (url: string, name: string) => url.replace(/^\w+:/, `${name}:`)

const rtspOf = (name: string, ffmpeg: string, gst: string, gstScheme = name): Transport => ({
  url: (camera, stream) => scheme(camera.rtspUrl(stream), name),
  ffmpeg: ['-rtsp_transport', ffmpeg],
  gst: (camera, stream) => [
    ...['rtspsrc', `location=${scheme(camera.rtspUrl(stream), gstScheme)}`, `protocols=${gst}`],
    ...['tls-validation-flags=0', '!', 'rtph264depay'],
  ],
  hasVlc: false,
})

const flvUrl = (name: 'http' | 'https') => (camera: Camera, stream: StreamName) =>
  scheme(camera.flvUrl(stream), name).replace(`:${camera.ports.http}/`, `:${camera.ports[name]}/`)

const flvOf = (name: 'http' | 'https'): Transport => ({
  url: flvUrl(name),
  ffmpeg: name === 'https' ? ['-tls_verify', '0'] : [],
  gst: (camera, stream) => [
    ...['souphttpsrc', `location=${flvUrl(name)(camera, stream)}`, 'ssl-strict=false', 'is-live=true'],
    ...['!', 'flvdemux'],
  ],
  hasVlc: true,
})

export const TRANSPORTS: Readonly<Record<string, Transport>> = {
  'RTSP/TCP': rtspOf('rtsp', 'tcp', 'tcp'),
  'RTSP/UDP': rtspOf('rtsp', 'udp', 'udp'),
  RTSPS: rtspOf('rtsps', 'tcp', 'tcp'),
  'RTSP in HTTP': rtspOf('rtsp', 'http', 'http+tcp', 'rtsph'),
  RTMP: {
    url: (camera, stream) => camera.rtmpUrl(stream),
    ffmpeg: [],
    gst: (camera, stream) => ['rtmp2src', `location=${camera.rtmpUrl(stream)}`, '!', 'flvdemux'],
    hasVlc: true,
  },
  FLV: flvOf('http'),
  'HTTPS-FLV': flvOf('https'),
}

interface Outcome {
  readonly pictures: number
  /** Errors that it told of. */
  readonly complaints: readonly string[]
}

export interface Play {
  readonly camera: Camera
  readonly transport: Transport
  readonly stream: StreamName
  readonly seconds: number
}

interface Player {
  /** Why it cannot be tried here; false if it can. */
  readonly missing: string | false
  readonly play: (play: Play) => Promise<Outcome>
}

/** A player that does not come to its end by itself is interrupted. */
const PATIENCE = { factor: 2, graceS: 20 }

function run(
  program: string,
  args: readonly string[],
  seconds: number,
  { asNobody = false } = {},
): Promise<{ out: string; err: string }> {
  const other = asNobody && process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  return new Promise((resolve) => {
    const env = { ...process.env, HOME: tmpdir() }
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env, ...other })
    let [out, err] = ['', '']
    child.stdout.on('data', (bytes) => {
      out += bytes
    })
    child.stderr.on('data', (bytes) => {
      err += bytes
    })
    const limitMs = (seconds * PATIENCE.factor + PATIENCE.graceS) * 1000
    const late = setTimeout(() => child.kill('SIGINT'), limitMs)
    const killed = setTimeout(() => child.kill('SIGKILL'), limitMs + 5000)
    child.once('error', (error) => resolve({ out: '', err: String(error) }))
    child.once('close', () => {
      clearTimeout(late)
      clearTimeout(killed)
      resolve({ out, err })
    })
  })
}

const linesOf = (text: string) => text.split(/[\r\n]+/).filter((line) => line.trim() !== '')

async function ffmpeg({ camera, transport, stream, seconds }: Play): Promise<Outcome> {
  const args = ['-v', 'error', '-stats', ...transport.ffmpeg, '-i', transport.url(camera, stream)]
  const { err } = await run('ffmpeg', [...args, '-t', `${seconds}`, '-f', 'null', '-'], seconds)
  const lines = linesOf(err)
  const last = /frame=\s*(\d+)/.exec(lines.findLast((line) => line.startsWith('frame=')) ?? '')
  return { pictures: Number(last?.[1] ?? 0), complaints: lines.filter((line) => !line.startsWith('frame=')) }
}

async function ffprobe({ camera, transport, stream, seconds }: Play): Promise<Outcome> {
  const show = ['-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0']
  const args = ['-v', 'error', ...transport.ffmpeg, ...show, '-read_intervals', `%+${seconds}`]
  const { out, err } = await run('ffprobe', [...args, transport.url(camera, stream)], seconds)
  return { pictures: out.match(/^\d/gm)?.length ?? 0, complaints: linesOf(err) }
}

/** It ends after as many pictures as there should be, and decodes each. */
async function gstreamer({ camera, transport, stream, seconds }: Play): Promise<Outcome> {
  const count = seconds * RATES[stream]
  const decoder = ['!', 'h264parse', '!', 'avdec_h264', 'max-errors=0', '!']
  const sink = ['identity', 'silent=false', '!', 'fakesink', 'sync=false', `num-buffers=${count}`]
  const { out, err } = await run(
    'gst-launch-1.0',
    ['-v', ...transport.gst(camera, stream), ...decoder, ...sink],
    seconds,
  )
  const complaints = linesOf(`${out}\n${err}`).filter((line) => /^(ERROR|WARNING)|CRITICAL/.test(line))
  return { pictures: out.match(/last-message = chain/g)?.length ?? 0, complaints }
}

/** Every fifth picture that it shows is stored and counted. */
const VLC_RATIO = 5

async function vlc({ camera, transport, stream, seconds }: Play): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-vlc-'))
  const [pictures, trust] = [join(folder, 'pictures'), join(folder, 'trust')]
  for (const one of [folder, pictures, trust]) {
    mkdirSync(one, { recursive: true })
    chmodSync(one, 0o777)
  }
  // It has no other way to trust a certificate without a window.
  writeFileSync(join(trust, 'camera.pem'), readFileSync(join(camera.dataDir, 'tls/certificate.pem')))
  const scene = [
    '--video-filter=scene',
    `--scene-ratio=${VLC_RATIO}`,
    '--scene-format=jpg',
    `--scene-path=${pictures}`,
  ]
  const args = ['-I', 'dummy', '--no-audio', '--vout=dummy', '--network-caching=300', ...scene]
  const rest = [`--gnutls-dir-trust=${trust}`, '--no-color', '-v', `--run-time=${seconds}`, '--play-and-exit']
  const url = transport.url(camera, stream)
  const { err } = await run('cvlc', [...args, ...rest, url], seconds, { asNobody: true })
  const count = readdirSync(pictures).length * VLC_RATIO
  rmSync(folder, { recursive: true })
  // That it is late says something about the machine, not about the stream.
  const isComplaint = (line: string) =>
    /(avcodec|h264|flv|avformat).*(error|corrupt|cannot decode)/i.test(line) && !/late video/.test(line)
  const complaints = linesOf(err).filter(isComplaint)
  return { pictures: count, complaints }
}

const needs = (...names: readonly ToolName[]) => missing(...names)

export const PLAYERS: Readonly<Record<string, Player>> = {
  ffmpeg: { missing: needs('ffmpeg'), play: ffmpeg },
  ffprobe: { missing: needs('ffprobe'), play: ffprobe },
  GStreamer: { missing: needs('gst-launch-1.0'), play: gstreamer },
  VLC: { missing: needs('cvlc'), play: vlc },
}
