/** The web page: the built files of web/dist and nothing else (an allow-list made when it is first served). */
import { statSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import sirv from 'sirv'
import { PAGE_HEADERS } from './headers.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const PREPARING = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width"><title>Vedette</title></head>
<body><p>The camera is running. Its web page is being prepared; it appears here in a few seconds.</p></body></html>
`

/** Serves `folder`; while it has not been built yet, a page that says so and reloads itself. */
export function createPage(folder: string): Handler {
  let serve: ReturnType<typeof sirv> | undefined
  let servedMs: number | undefined
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...PAGE_HEADERS, Allow: 'GET, HEAD', 'Content-Length': 0 }).end()
      return
    }
    // The index is the last file of a build. Asking for its time costs little beside sending a file.
    const builtMs = statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs
    if (builtMs !== undefined && builtMs !== servedMs) {
      servedMs = builtMs
      serve = sirv(folder, { etag: true, setHeaders: (res) => setHeaders(res) })
    }
    if (serve !== undefined) serve(request, response, () => sendPlain(response, 404, 'Not found\n'))
    else if (request.url === '/') sendPlain(response, 200, PREPARING, 'text/html; charset=utf-8')
    else sendPlain(response, 404, 'Not found\n')
  }
}

function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value)
}

function sendPlain(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  setHeaders(response)
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  })
  response.end(text)
}
