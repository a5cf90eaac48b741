/**
 * Just enough camera for the web page: the built page under its security policy, a few commands, an
 * HTTP-FLV stream made by ffmpeg, a snapshot. `state` is what a test looks at and changes.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { PAGE_HEADERS } from '../../src/servers/http/headers.ts'
import { tool } from '../tools.ts'

const DIST = join(import.meta.dirname, '../../web/dist')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

export interface PageServer {
  readonly url: string
  readonly state: {
    password: string
    isSessionValid: boolean
    readonly streams: string[]
    isRefusing: boolean
  }
  /** Ends the streams that are running. */
  cutStreams(): void
  close(): Promise<void>
}

export async function startPageServer(password: string): Promise<PageServer> {
  const state = { password, isSessionValid: true, streams: [] as string[], isRefusing: false }
  const open = new Set<ServerResponse>()
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://camera')
    if (url.pathname === '/flv') stream(url, response)
    else if (url.searchParams.get('cmd') === 'Snap') sendSnapshot(response)
    else if (url.pathname === '/api.cgi') sendJson(response, [await answer(request)])
    else if (url.pathname === '/push/state') sendJson(response, { siren: false })
    else sendFile(url.pathname, response)
  })

  async function answer(request: IncomingMessage): Promise<object> {
    const [{ cmd, param }] = JSON.parse(await text(request))
    if (cmd === 'Login') {
      state.isSessionValid = param.User.password === state.password
      if (!state.isSessionValid) return { cmd, code: 1, error: { rspCode: -7, detail: 'login failed' } }
      return { cmd, code: 0, value: { Token: { name: 'f00d', leaseTime: 3600 } } }
    }
    if (!state.isSessionValid) return { cmd, code: 1, error: { rspCode: -6, detail: 'please login first' } }
    if (cmd === 'ModifyUser') state.password = param.User.password
    const values: Readonly<Record<string, object>> = {
      GetDevInfo: { DevInfo: { name: 'Garden', model: 'Vedette' } },
      GetPowerLed: { PowerLed: { channel: 0, state: 'On' } },
    }
    return { cmd, code: 0, value: values[cmd] ?? { rspCode: 200 } }
  }

  function stream(url: URL, response: ServerResponse): void {
    state.streams.push(url.search)
    if (state.isRefusing || url.searchParams.get('token') !== 'f00d')
      return void response.writeHead(403).end()
    response.writeHead(200, { 'content-type': 'video/x-flv' })
    const ffmpeg = spawn(tool('ffmpeg'), FLV_ARGUMENTS, { stdio: ['ignore', 'pipe', 'inherit'] })
    ffmpeg.stdout.pipe(response)
    open.add(response)
    response.on('close', () => {
      ffmpeg.kill('SIGKILL')
      open.delete(response)
    })
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    state,
    cutStreams: () => {
      for (const response of open) response.destroy()
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** 640x360 at 15 frames a second in real time, a key frame each second, with a tone. */
const FLV_ARGUMENTS = [
  ...['-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=15'],
  ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=16000', '-t', '60'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '15', '-pix_fmt', 'yuv420p'],
  ...['-c:a', 'aac', '-b:a', '32k', '-f', 'flv', '-flush_packets', '1', 'pipe:1'],
]

function sendFile(path: string, response: ServerResponse): void {
  const name = path === '/' ? '/index.html' : path
  const type = TYPES[extname(name)] ?? 'application/octet-stream'
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': type })
  response.end(readFileSync(join(DIST, name)))
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

function sendSnapshot(response: ServerResponse): void {
  // The shortest thing that starts and ends like a JPEG (ISO/IEC 10918-1 Annex B): SOI, EOI.
  response.writeHead(200, { 'content-type': 'image/jpeg;name="snap.jpg"' })
  response.end(Buffer.from([0xff, 0xd8, 0xff, 0xd9]))
}
