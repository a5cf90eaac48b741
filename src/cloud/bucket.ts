/** A bucket of S3-compatible storage: the few requests that uploads need, signed by SigV4 and addressed by path. */
import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import { CameraError } from '../base/errors.ts'
import { type OutgoingAnswer, sendRequest } from '../base/outgoing-request.ts'

/** A part on a slow line. */
const LIMIT_MS = 10 * 60_000
const SHORT_LIMIT_MS = 10_000

export interface BucketPlace {
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly allowLocalTargets: boolean
  /** Upper bound of uploads, bytes a second. */
  readonly bytesPerSecond: number | undefined
}

export interface Account {
  /** The access key. */
  readonly userName: string
  /** The secret key. */
  readonly password: string
}

/** All errors are CameraError: `login-failed` for a wrong account, `not-exist`, and those of the network. */
export class Bucket {
  readonly #place: BucketPlace
  readonly #account: Account
  readonly #signal: AbortSignal

  constructor(place: BucketPlace, account: Account, signal: AbortSignal) {
    this.#place = place
    this.#account = account
    this.#signal = signal
  }

  /** Whether the account may use the bucket. */
  async check(): Promise<void> {
    await this.#send('GET', '', '?list-type=2&max-keys=1')
  }

  /** Size of an object; undefined if there is none. */
  async sizeOf(key: string): Promise<number | undefined> {
    try {
      const { headers } = await this.#send('HEAD', key, '')
      return Number(headers['content-length'])
    } catch (error) {
      if (error instanceof CameraError && error.kind === 'not-exist') return undefined
      throw error
    }
  }

  async put(key: string, body: Uint8Array, type: string): Promise<void> {
    await this.#send('PUT', key, '', body, { 'Content-Type': type })
  }

  /** Gives the upload's id. */
  async begin(key: string, type: string): Promise<string> {
    const { body } = await this.#send('POST', key, '?uploads=', undefined, { 'Content-Type': type })
    const id = /<UploadId>([^<]+)<\/UploadId>/.exec(body.toString('utf8'))?.[1]
    if (id === undefined) throw new CameraError('receive-failed', 'the cloud gave no upload id')
    return id
  }

  /** `number` counts from 1. Gives its ETag. */
  async putPart(key: string, uploadId: string, number: number, body: Uint8Array): Promise<string> {
    const query = `?partNumber=${number}&uploadId=${encodeURIComponent(uploadId)}`
    const { headers } = await this.#send('PUT', key, query, body)
    if (typeof headers.etag !== 'string') throw new CameraError('receive-failed', 'the cloud gave no ETag')
    return headers.etag.replaceAll(/[^A-Za-z0-9-]/g, '')
  }

  async complete(key: string, uploadId: string, etags: readonly string[]): Promise<void> {
    const parts = etags.map(
      (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>"${etag}"</ETag></Part>`,
    )
    const xml = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`
    const query = `?uploadId=${encodeURIComponent(uploadId)}`
    const { body } = await this.#send('POST', key, query, Buffer.from(xml), {
      'Content-Type': 'application/xml',
    })
    // Status 200 is sent before the parts are joined.
    if (/<Error>/.test(body.toString('utf8')))
      throw new CameraError('receive-failed', wordsOf('join', 200, body))
  }

  async abort(key: string, uploadId: string): Promise<void> {
    await this.#send('DELETE', key, `?uploadId=${encodeURIComponent(uploadId)}`)
  }

  async #send(
    method: string,
    key: string,
    query: string,
    body: Uint8Array = new Uint8Array(),
    headers: Readonly<Record<string, string>> = {},
  ): Promise<OutgoingAnswer> {
    const { endpoint, bucket, region, allowLocalTargets, bytesPerSecond } = this.#place
    const path = key.split('/').map(encodeURIComponent).join('/')
    const url = `${endpoint.replace(/\/$/, '')}/${bucket}${path === '' ? '' : `/${path}`}${query}`
    const signed = await new AwsV4Signer({
      method,
      url,
      accessKeyId: this.#account.userName,
      secretAccessKey: this.#account.password,
      service: 's3',
      region,
      headers: { ...headers, 'X-Amz-Content-Sha256': createHash('sha256').update(body).digest('hex') },
    }).sign()
    const answer = await sendRequest(signed.url, {
      method,
      headers: Object.fromEntries(signed.headers),
      body,
      allowLocalTargets,
      signal: this.#signal,
      limitMs: body.length > 100_000 ? LIMIT_MS : SHORT_LIMIT_MS,
      bytesPerSecond: body.length > 0 ? bytesPerSecond : undefined,
    })
    const { status } = answer
    if (status >= 200 && status < 300) return answer
    const what = wordsOf(`${method} ${bucket}/${key}`, status, answer.body)
    if (status === 401 || status === 403) throw new CameraError('login-failed', what)
    throw new CameraError(status === 404 ? 'not-exist' : 'receive-failed', what)
  }
}

/** The storage's own code, which is one word: `NoSuchBucket`. */
function wordsOf(request: string, status: number, body: Buffer): string {
  const code = /<Code>(\w{1,60})<\/Code>/.exec(body.toString('utf8'))?.[1]
  return `the cloud answered ${request} with status ${status}${code === undefined ? '' : ` (${code})`}`
}
