/**
 * How long the body of a request may take: commands half a minute in all, an upload that was allowed as long as it
 * keeps coming. In place of node's `requestTimeout`, which knows no exceptions.
 */
import type { IncomingMessage } from 'node:http'

const LIMIT_MS = 30_000
/** 1 KiB a second. */
const MIN_UPLOAD_BYTES = 30 * 1024

const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>()

/** Ends the connection of a request whose body has not arrived in time. */
export function limitBody(request: IncomingMessage, limitMs = LIMIT_MS): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  if (encoding === undefined && (length === undefined || length === '0')) return
  timers.set(
    request,
    setTimeout(() => endUnlessComplete(request), limitMs),
  )
  request.once('close', () => clearInterval(timers.get(request)))
}

/** From now on the body only has to keep coming. */
export function allowUpload(request: IncomingMessage, periodMs = LIMIT_MS): void {
  if (!timers.has(request)) return
  clearTimeout(timers.get(request))
  let before = request.socket.bytesRead
  const timer = setInterval(() => {
    const { bytesRead } = request.socket
    if (bytesRead - before < MIN_UPLOAD_BYTES) endUnlessComplete(request)
    before = bytesRead
  }, periodMs)
  timers.set(request, timer)
}

function endUnlessComplete(request: IncomingMessage): void {
  if (!request.complete) request.destroy()
}
