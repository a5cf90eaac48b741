/**
 * The long table of RTSP players: every transport, main and sub, for 30 s each, all at once, against a camera that runs
 * already. Prints Markdown. Arguments: host:port user:password [seconds].
 */
import { spawn } from 'node:child_process'

const [host = '127.0.0.1:8554', login = 'admin:', seconds = '30'] = process.argv.slice(2)
const STREAMS = ['main', 'sub'] as const
/** How each player is told the transport; undefined where it has no such thing. */
const TRANSPORTS = {
  'RTSP/TCP': { scheme: 'rtsp', ffmpeg: 'tcp', gst: 'tcp' },
  'RTSP/UDP': { scheme: 'rtsp', ffmpeg: 'udp', gst: 'udp' },
  RTSPS: { scheme: 'rtsps', ffmpeg: 'tcp', gst: 'tcp' },
  'HTTP tunnel': { scheme: 'rtsp', ffmpeg: 'http', gst: 'http+tcp' },
} as const
type Transport = (typeof TRANSPORTS)[keyof typeof TRANSPORTS]

interface Outcome {
  readonly pictures: number
  readonly complaints: readonly string[]
}

function run(
  program: string,
  args: readonly string[],
  limitS: number,
): Promise<{ out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
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

const urlOf = ({ scheme }: Transport, stream: string, asScheme = scheme as string): string =>
  `${asScheme}://${login}@${host}/h264Preview_01_${stream}`

async function ffmpeg(transport: Transport, stream: string): Promise<Outcome> {
  const args = [
    '-v',
    'warning',
    '-stats',
    '-rtsp_transport',
    transport.ffmpeg,
    '-i',
    urlOf(transport, stream),
  ]
  const { err } = await run('ffmpeg', [...args, '-t', seconds, '-f', 'null', '-'], Number(seconds) + 20)
  const lines = err.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  const last = /frame=\s*(\d+)/.exec(lines.findLast((line) => line.startsWith('frame=')) ?? '')
  return { pictures: Number(last?.[1] ?? 0), complaints: lines.filter((line) => !line.startsWith('frame=')) }
}

async function ffprobe(transport: Transport, stream: string): Promise<Outcome> {
  const show = ['-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0']
  const args = ['-v', 'warning', '-rtsp_transport', transport.ffmpeg, ...show]
  const { out, err } = await run('ffprobe', [...args, urlOf(transport, stream)], Number(seconds))
  const complaints = err.split('\n').filter((line) => line.trim() !== '' && !line.includes('Immediate exit'))
  return { pictures: out.match(/^\d/gm)?.length ?? 0, complaints }
}

async function gstreamer(transport: Transport, stream: string): Promise<Outcome> {
  const scheme = transport.gst === 'http+tcp' ? 'rtsph' : transport.scheme
  const source = ['rtspsrc', `location=${urlOf(transport, stream, scheme)}`, `protocols=${transport.gst}`]
  const decoder = ['!', 'rtph264depay', '!', 'h264parse', '!', 'avdec_h264', '!']
  const sink = ['identity', 'silent=false', 'name=seen', '!', 'fakesink', 'sync=false']
  const args = ['-e', '-v', ...source, 'tls-validation-flags=0', ...decoder, ...sink]
  const { out, err } = await run('gst-launch-1.0', args, Number(seconds))
  const pictures = out.match(/last-message = chain/g)?.length ?? 0
  const all = `${out}\n${err}`.split('\n')
  return { pictures, complaints: all.filter((line) => /^(ERROR|WARNING)|CRITICAL/.test(line)) }
}

const PLAYERS = { ffmpeg, ffprobe, GStreamer: gstreamer } as const
const rows: string[] = []
for (const [name, transport] of Object.entries(TRANSPORTS)) {
  const tries = Object.entries(PLAYERS).flatMap(([player, play]) =>
    STREAMS.map(async (stream) => {
      const { pictures, complaints } = await play(transport, stream)
      rows.push(
        `| ${name} | ${stream} | ${player} | ${pictures} | ${complaints.length}${complaints[0] ? `: ${complaints[0]}` : ''} |`,
      )
    }),
  )
  await Promise.all(tries)
}
process.stdout.write(
  ['| transport | stream | player | pictures | complaints |', '|---|---|---|---|---|', ...rows, ''].join(
    '\n',
  ),
)
