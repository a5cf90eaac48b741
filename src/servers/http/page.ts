/**
 * The web page: the built files of web/dist and nothing else. They are read once into memory, which makes an
 * allow-list, and a build that empties the folder meanwhile harms nobody.
 */
import { createHash } from 'node:crypto'
import { globSync, readFileSync, statSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { PAGE_HEADERS } from './headers.ts'

/** Kinds of files a build may hold; others are not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const PREPARING = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width"><title>Vedette</title></head>
<body><p>The camera is running. Its web page is being prepared and appears here in a few seconds. If it does
not, run <code>npm run web</code> in the camera's folder; its log says what is wrong.</p></body></html>
`

interface PageFile {
  readonly type: string
  readonly content: Buffer
  readonly gzipped: Buffer
  readonly etag: string
  /** Names of assets change with their content. */
  readonly caching: string
}

/** Serves `folder`; while it has not been built yet, a page that says so and reloads itself. Never throws. */
export function createPage(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  let files: ReadonlyMap<string, PageFile> = new Map()
  let builtMs: number | undefined
  const refresh = () => {
    // The index is the last file of a build.
    const newest = statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs
    if (newest === undefined || newest === builtMs) return
    try {
      files = readFiles(folder)
      builtMs = newest
    } catch {
      // A build is under way: the former files are served until it is done.
    }
  }
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...PAGE_HEADERS, Allow: 'GET, HEAD', 'Content-Length': 0 }).end()
      return
    }
    const [path] = (request.url ?? '/').split('?')
    if (path === '/') refresh()
    const file = files.get(path === '/' ? '/index.html' : path!)
    if (file !== undefined) sendFile(request, response, file)
    else if (path === '/' && files.size === 0) sendText(response, 200, PREPARING, TYPES['.html']!)
    else sendText(response, 404, 'Not found\n', 'text/plain; charset=utf-8')
  }
}

function readFiles(folder: string): ReadonlyMap<string, PageFile> {
  const names = globSync('**/*', { cwd: folder }).filter((name) => Object.hasOwn(TYPES, extname(name)))
  return new Map(
    names.map((name) => {
      const content = readFileSync(join(folder, name))
      const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
      const caching = name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
      return [`/${name}`, { type: TYPES[extname(name)]!, content, gzipped: gzipSync(content), etag, caching }]
    }),
  )
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: PageFile): void {
  const headers = { ...PAGE_HEADERS, ETag: file.etag, 'Cache-Control': file.caching, Vary: 'Accept-Encoding' }
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, headers).end()
    return
  }
  const zips = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const body = zips ? file.gzipped : file.content
  response.writeHead(200, {
    ...headers,
    'Content-Type': file.type,
    'Content-Length': body.length,
    ...(zips ? { 'Content-Encoding': 'gzip' } : {}),
  })
  response.end(body)
}

function sendText(response: ServerResponse, status: number, text: string, type: string): void {
  const length = Buffer.byteLength(text)
  response.writeHead(status, {
    ...PAGE_HEADERS,
    'Content-Type': type,
    'Content-Length': length,
    'Cache-Control': 'no-store',
  })
  response.end(text)
}
