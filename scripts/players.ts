/**
 * The table of players: every transport and player, main and sub, against a camera that runs already; six players at
 * once. Prints Markdown as it goes. VLC will not run as root and is started as nobody then.
 */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    http: { type: 'string', default: '8080' },
    https: { type: 'string', default: '8443' },
    rtmp: { type: 'string', default: '1935' },
    rtsp: { type: 'string', default: '8554' },
    host: { type: 'string', default: '127.0.0.1' },
    user: { type: 'string', default: 'admin' },
    password: { type: 'string', default: '' },
    seconds: { type: 'string', default: '30' },
    // A folder with the camera's certificate, for VLC, which has no other way to trust it without a window.
    trust: { type: 'string' },
  },
})
const { host, user, password } = values
const seconds = Number(values.seconds)
const STREAMS = ['main', 'sub'] as const
type StreamName = (typeof STREAMS)[number]

const query = `user=${user}&password=${password}`
const rtspUrl = (scheme: string) => (stream: StreamName) =>
  `${scheme}://${user}:${password}@${host}:${values.rtsp}/h264Preview_01_${stream}`
const flvUrl = (scheme: string, port: string) => (stream: StreamName) =>
  `${scheme}://${host}:${port}/flv?port=1935&app=bcs&stream=channel0_${stream}.bcs&${query}`
const rtmpUrl = (stream: StreamName) =>
  `rtmp://${host}:${values.rtmp}/bcs/channel0_${stream}.bcs?channel=0&stream=0&${query}`

interface Transport {
  readonly url: (stream: StreamName) => string
  /** What each player needs to be told besides the address. */
  readonly ffmpeg: readonly string[]
  /** Elements up to H.264; undefined if GStreamer has none. */
  readonly gst: (stream: StreamName) => readonly string[]
  /** Debian's VLC is built without RTSP. */
  readonly hasVlc: boolean
}

const rtspOf = (scheme: string, ffmpeg: string, gst: string, gstScheme = scheme): Transport => ({
  url: rtspUrl(scheme),
  ffmpeg: ['-rtsp_transport', ffmpeg],
  gst: (stream) => [
    ...['rtspsrc', `location=${rtspUrl(gstScheme)(stream)}`, `protocols=${gst}`],
    ...['tls-validation-flags=0', '!', 'rtph264depay'],
  ],
  hasVlc: false,
})
const flvOf = (scheme: string, port: string): Transport => ({
  url: flvUrl(scheme, port),
  ffmpeg: scheme === 'https' ? ['-tls_verify', '0'] : [],
  gst: (stream) => [
    ...['souphttpsrc', `location=${flvUrl(scheme, port)(stream)}`, 'ssl-strict=false', 'is-live=true'],
    ...['!', 'flvdemux'],
  ],
  hasVlc: true,
})

const TRANSPORTS: Readonly<Record<string, Transport>> = {
  'RTSP/TCP': rtspOf('rtsp', 'tcp', 'tcp'),
  'RTSP/UDP': rtspOf('rtsp', 'udp', 'udp'),
  RTSPS: rtspOf('rtsps', 'tcp', 'tcp'),
  'RTSP in HTTP': rtspOf('rtsp', 'http', 'http+tcp', 'rtsph'),
  RTMP: {
    url: rtmpUrl,
    ffmpeg: [],
    gst: (stream) => ['rtmp2src', `location=${rtmpUrl(stream)}`, '!', 'flvdemux'],
    hasVlc: true,
  },
  FLV: flvOf('http', values.http),
  'HTTPS-FLV': flvOf('https', values.https),
}

interface Outcome {
  readonly pictures: number
  readonly complaints: readonly string[]
}

interface RunOptions {
  readonly limitS: number
  readonly asNobody?: boolean
}

function run(
  program: string,
  args: readonly string[],
  { limitS, asNobody = false }: RunOptions,
): Promise<{ out: string; err: string }> {
  const isRoot = process.getuid?.() === 0
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(asNobody && isRoot ? { uid: 65534, gid: 65534, env: { ...process.env, HOME: tmpdir() } } : {}),
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (bytes) => (out += bytes))
    child.stderr.on('data', (bytes) => (err += bytes))
    const late = setTimeout(() => child.kill('SIGINT'), limitS * 1000)
    child.once('close', () => {
      clearTimeout(late)
      resolve({ out, err })
    })
    child.once('error', () => resolve({ out: '', err: `${program} is not installed` }))
  })
}

const linesOf = (text: string) => text.split(/[\r\n]+/).filter((line) => line.trim() !== '')

async function ffmpeg(transport: Transport, stream: StreamName): Promise<Outcome> {
  const args = ['-v', 'warning', '-stats', ...transport.ffmpeg, '-i', transport.url(stream)]
  const { err } = await run('ffmpeg', [...args, '-t', `${seconds}`, '-f', 'null', '-'], {
    limitS: seconds + 20,
  })
  const lines = linesOf(err)
  const last = /frame=\s*(\d+)/.exec(lines.findLast((line) => line.startsWith('frame=')) ?? '')
  return { pictures: Number(last?.[1] ?? 0), complaints: lines.filter((line) => !line.startsWith('frame=')) }
}

async function ffprobe(transport: Transport, stream: StreamName): Promise<Outcome> {
  const show = ['-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0']
  const args = ['-v', 'warning', ...transport.ffmpeg, ...show, transport.url(stream)]
  const { out, err } = await run('ffprobe', args, { limitS: seconds })
  const complaints = linesOf(err).filter((line) => !line.includes('Immediate exit'))
  return { pictures: out.match(/^\d/gm)?.length ?? 0, complaints }
}

async function gstreamer(transport: Transport, stream: StreamName): Promise<Outcome> {
  const decoder = ['!', 'h264parse', '!', 'avdec_h264', '!']
  const sink = ['identity', 'silent=false', 'name=seen', '!', 'fakesink', 'sync=false']
  const args = ['-e', '-v', ...transport.gst(stream), ...decoder, ...sink]
  const { out, err } = await run('gst-launch-1.0', args, { limitS: seconds })
  const pictures = out.match(/last-message = chain/g)?.length ?? 0
  const all = linesOf(`${out}\n${err}`)
  return { pictures, complaints: all.filter((line) => /^(ERROR|WARNING)|CRITICAL/.test(line)) }
}

/** Every fifth picture that it shows is stored and counted. */
const VLC_RATIO = 5

async function vlc(transport: Transport, stream: StreamName): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-vlc-'))
  chmodSync(folder, 0o777)
  const scene = [
    '--video-filter=scene',
    `--scene-ratio=${VLC_RATIO}`,
    '--scene-format=jpg',
    `--scene-path=${folder}`,
  ]
  const args = ['-I', 'dummy', '--no-audio', '--vout=dummy', '--network-caching=300', ...scene]
  const trust = values.trust === undefined ? [] : [`--gnutls-dir-trust=${values.trust}`]
  const { err } = await run('cvlc', [...args, ...trust, '--no-color', '-v', transport.url(stream)], {
    limitS: seconds,
    asNobody: true,
  })
  const pictures = readdirSync(folder).length * VLC_RATIO
  rmSync(folder, { recursive: true })
  const complaints = linesOf(err).filter((line) => /(avcodec|h264|flv|avformat).*(error|warning)/i.test(line))
  return { pictures, complaints }
}

const PLAYERS = { ffmpeg, ffprobe, GStreamer: gstreamer, VLC: vlc } as const

console.log('| transport | stream | player | pictures | complaints |\n|---|---|---|---|---|')
for (const [name, transport] of Object.entries(TRANSPORTS)) {
  const players = Object.entries(PLAYERS).filter(([player]) => player !== 'VLC' || transport.hasVlc)
  await Promise.all(
    players.flatMap(([player, play]) =>
      STREAMS.map(async (stream) => {
        const { pictures, complaints } = await play(transport, stream)
        const told = complaints.length === 0 ? '0' : `${complaints.length}: ${complaints[0]}`
        console.log(`| ${name} | ${stream} | ${player} | ${pictures} | ${told} |`)
      }),
    ),
  )
}
