/** The servers of the fan-out benchmark: the camera, the floor, and the peers that are installed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type ClipOptions, makeClip } from '../src/media/test-clip.ts'
import { freePorts } from '../test/free-ports.ts'
import { find, TOOLS } from '../test/tools.ts'
import type { Load } from './fan-out-load.ts'

export const SERVER_CORE = 0
export const LOAD_CORE = 1

/** A clip on disk, the same bytes for every server. */
export interface ClipFile {
  readonly path: string
  readonly shape: ClipOptions
}

type Target = Pick<Load, 'port' | 'app' | 'name'>

/** A running server that has the stream. */
export interface BenchServer {
  readonly pid: number
  readonly targets: Partial<Record<Load['protocol'], Target>>
  stop(): Promise<void>
}

export interface BenchServerKind {
  readonly name: string
  readonly protocols: readonly Load['protocol'][]
  /** Why it cannot take part; undefined if it can. */
  missing(): string | undefined
  start(clip: ClipFile): Promise<BenchServer>
}

const NGINX_MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so'
const NMS_PROGRAM = join(import.meta.dirname, '../node_modules/node-media-server/bin/app.js')

export const SERVERS: readonly BenchServerKind[] = [
  {
    name: 'camera',
    protocols: ['rtmp', 'flv', 'rtsp'],
    missing: () => undefined,
    start: (clip) => startOwn(clip, 'camera'),
  },
  { name: 'floor', protocols: ['flv'], missing: () => undefined, start: (clip) => startOwn(clip, 'floor') },
  {
    name: 'nginx-rtmp',
    protocols: ['rtmp'],
    missing: () =>
      existsSync(NGINX_MODULE) ? undefined : 'Debian packages nginx-light and libnginx-mod-rtmp',
    start: startNginx,
  },
  {
    name: 'node-media-server',
    protocols: ['rtmp', 'flv'],
    missing: () => (existsSync(NMS_PROGRAM) ? undefined : 'npm package node-media-server'),
    start: startNms,
  },
  {
    name: 'GStreamer',
    protocols: ['rtsp'],
    missing: () =>
      find('gst-rtsp-server') === undefined ? TOOLS['gst-rtsp-server'].packages.join(', ') : undefined,
    start: startGStreamer,
  },
]

/** Records a clip into a folder. */
export function recordClip(folder: string, shape: ClipOptions): ClipFile {
  const path = join(folder, shape.audio ? 'sound.flv' : 'silent.flv')
  writeFileSync(path, makeClip(shape).flv)
  return { path, shape }
}

/** Starts a program on one core; the child has an IPC channel if it is a Node program of ours. */
export function spawnOn(
  core: number,
  command: readonly string[],
  ipc: boolean,
  cwd = tmpdir(),
): ChildProcess {
  const stdio = ipc ? (['ignore', 'ignore', 'inherit', 'ipc'] as const) : 'ignore'
  const child = spawn('taskset', ['-c', String(core), ...command], { stdio: stdio as 'ignore', cwd })
  child.on('error', () => {})
  return child
}

async function startOwn(clip: ClipFile, kind: 'camera' | 'floor'): Promise<BenchServer> {
  const program = join(import.meta.dirname, 'fan-out-camera.ts')
  const child = spawnOn(
    SERVER_CORE,
    [process.execPath, program, clip.path, JSON.stringify(clip.shape), kind],
    true,
  )
  const [ports] = (await once(child, 'message')) as [{ rtmp: number; flv: number; rtsp?: number }]
  const name = 'channel0_main.bcs?channel=0&stream=0&token=t'
  return {
    pid: child.pid!,
    targets: {
      rtmp: { port: ports.rtmp, app: 'bcs', name },
      flv: { port: ports.flv, app: '', name: '/flv?port=1935&app=bcs&stream=channel0_main.bcs&token=t' },
      ...(ports.rtsp === undefined
        ? {}
        : { rtsp: { port: ports.rtsp, app: '', name: '/h264Preview_01_main?token=t' } }),
    },
    stop: () => end(child),
  }
}

async function startNginx(clip: ClipFile): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'fan-out-'))
  const [port] = await freePorts(1)
  const configuration = `load_module ${NGINX_MODULE}; daemon off; worker_processes 1; pid ${folder}/pid;
    error_log ${folder}/error.log; events { worker_connections 2048; }
    rtmp { server { listen 127.0.0.1:${port}; chunk_size 4096; application live { live on; } } }`
  writeFileSync(join(folder, 'nginx.conf'), configuration)
  const child = spawnOn(SERVER_CORE, ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')], false)
  const target = { port: port!, app: 'live', name: 'clip' }
  return published(clip, child, folder, { rtmp: target })
}

async function startNms(clip: ClipFile): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'fan-out-'))
  const [rtmp, http] = await freePorts(2)
  const configuration = {
    bind: '127.0.0.1',
    rtmp: { port: rtmp },
    http: { port: http },
    record: { auto: false, path: folder },
    store: { path: folder },
    auth: { play: false, publish: false },
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration))
  mkdirSync(join(folder, 'data'))
  const command = [process.execPath, NMS_PROGRAM, '--no-admin', '-c', join(folder, 'config.json')]
  const child = spawnOn(SERVER_CORE, command, false, folder)
  const targets = {
    rtmp: { port: rtmp!, app: 'live', name: 'clip' },
    flv: { port: http!, app: '', name: '/live/clip.flv' },
  }
  return published(clip, child, folder, targets)
}

/** It plays a file in real time from when the first viewer comes: the clip is repeated beforehand, without sound. */
async function startGStreamer(clip: ClipFile): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'fan-out-'))
  const file = join(folder, 'clip.mp4')
  const repeated = ['-v', 'error', '-stream_loop', '60', '-i', clip.path, '-an', '-c', 'copy', file]
  spawnSync('ffmpeg', repeated)
  const [port] = await freePorts(1)
  const program = join(import.meta.dirname, '../test/peers/rtsp-server.py')
  const child = spawnOn(SERVER_CORE, ['/usr/bin/python3', program, file, String(port)], false)
  await listens(port!)
  return {
    pid: child.pid!,
    targets: { rtsp: { port: port!, app: '', name: '/clip' } },
    stop: async () => {
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Publishes the clip with FFmpeg, in real time and over and over, and waits until it runs. */
async function published(
  clip: ClipFile,
  child: ChildProcess,
  folder: string,
  targets: BenchServer['targets'],
): Promise<BenchServer> {
  const { port, app, name } = targets.rtmp!
  await listens(port)
  const input = ['-v', 'error', '-re', '-stream_loop', '-1', '-i', clip.path, '-c', 'copy']
  const output = ['-f', 'flv', `rtmp://127.0.0.1:${port}/${app}/${name}`]
  const publisher = spawnOn(LOAD_CORE, ['ffmpeg', ...input, ...output], false)
  await pause(1500)
  return {
    pid: child.pid!,
    targets,
    stop: async () => {
      await end(publisher)
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 2000)
  await exit
  clearTimeout(late)
}

async function listens(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const socket = connect(port, '127.0.0.1')
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (open) return
    await pause(50)
  }
  throw new Error(`nothing listens on port ${port}`)
}
