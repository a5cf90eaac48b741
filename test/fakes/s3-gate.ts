/**
 * Stands in front of an S3-compatible server that checks no signatures, and checks them: SigV4 with the hash of the content, worked
 * out from its description (docs.aws.amazon.com, "Signature Version 4 signing process"). Counts what arrives.
 */
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'

interface GateOptions {
  readonly accessKey: string
  readonly secretKey: string
  /** Port of the server behind, on loopback. */
  readonly behind: number
}

export interface S3Gate {
  readonly endpoint: string
  /** What was let through: `PUT /films/S1/recordings/a.mp4?partNumber=1`. */
  readonly passed: string[]
  /** Requests that broke off before they were whole. */
  broken(): number
  stop(): void
}

export async function startS3Gate({ accessKey, secretKey, behind }: GateOptions): Promise<S3Gate> {
  const passed: string[] = []
  let broken = 0
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
    } catch {
      broken += 1
      return
    }
    const body = Buffer.concat(chunks)
    if (!isSigned(incoming, body, accessKey, secretKey)) {
      response.writeHead(403, { 'Content-Type': 'application/xml' })
      response.end('<Error><Code>SignatureDoesNotMatch</Code></Error>')
      return
    }
    const { method, url: path, headers } = incoming
    passed.push(`${method} ${path}`)
    // The server behind knows one account of its own only, and needs none.
    const { authorization: _unused, ...others } = headers
    const sent = request({ host: '127.0.0.1', port: behind, method, path, headers: others }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    sent.on('error', () => response.destroy())
    sent.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    broken: () => broken,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

function isSigned(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  key: string,
  secret: string,
): boolean {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)$/
  const [, user, day, region, names, signature] = form.exec(headers.authorization ?? '') ?? []
  if (user !== key || headers['x-amz-content-sha256'] !== sha256(body)) return false
  const { pathname, searchParams } = new URL(url ?? '', 'http://x')
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const lines = names!.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const canonical = [method, pathname, query.join('&'), lines.join(''), names, sha256(body)].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  const signing = [region!, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day!))
  return hmac(signing, text).toString('hex') === signature
}
