/** Multipart uploads (Guide §7): one file of a known part name, streamed to the command that asked for it. */
import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import type { Upload } from '../../api/define/command.ts'
import { CameraError } from '../../base/errors.ts'
import { allowUpload } from './pace.ts'

/** RFC 2046 §5.1.1 allows no longer boundary; longer ones have made parsers loop. */
const MAX_BOUNDARY = 70

/** Tells whether a request carries a multipart body. */
export function isMultipart(request: IncomingMessage): boolean {
  return /^\s*multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')
}

/**
 * The file of the part called `part`, as soon as its head has arrived. Errors: CameraError `missing` without
 * such a part, `protocol` for a bad multipart head. The content breaks with `receive-failed` when the client
 * stops in the middle and with `too-long` beyond `maxBytes`.
 */
export function receiveUpload(
  request: IncomingMessage,
  { part, maxBytes }: { readonly part: string; readonly maxBytes: number },
): Promise<Upload> {
  const contentType = request.headers['content-type'] ?? ''
  const boundary = /boundary=(?:"([^"]*)"|([^;\s]*))/i.exec(contentType)
  const length = (boundary?.[1] ?? boundary?.[2] ?? '').length
  if (length === 0 || length > MAX_BOUNDARY) {
    return Promise.reject(
      new CameraError('protocol', `the boundary must have 1 to ${MAX_BOUNDARY} characters`),
    )
  }
  return new Promise((resolve, reject) => {
    const parser = new Busboy({
      headers: { ...request.headers, 'content-type': contentType },
      limits: { files: 1, fields: 5, parts: 6, headerPairs: 8, fieldSize: 1024 },
    })
    const broken = () => new CameraError('receive-failed', 'the upload broke off')
    let content: Transform | undefined
    const fail = (error: CameraError) => {
      reject(error)
      content?.destroy(error)
      request.unpipe(parser)
      // What still comes is read and thrown away, so that the answer can be received.
      request.resume()
    }
    parser.on('file', (name, file, filename) => {
      file.on('error', () => fail(broken()))
      if (name !== part) {
        file.resume()
        return
      }
      content = file.pipe(sizeLimit(maxBytes))
      content.once('error', (error) => fail(error instanceof CameraError ? error : broken()))
      resolve({ filename: filename ?? '', content })
    })
    parser.on('error', () => fail(broken()))
    parser.once('finish', () => reject(new CameraError('missing', `the upload has no part called ${part}`)))
    request.once('aborted', () => fail(broken()))
    allowUpload(request)
    request.pipe(parser)
  })
}

/** Passes bytes on until there are too many. */
function sizeLimit(maxBytes: number): Transform {
  let received = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      if (received > maxBytes) done(new CameraError('too-long', `the file is larger than ${maxBytes} bytes`))
      else done(null, chunk)
    },
  })
}
