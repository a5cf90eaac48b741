/** A small RTSP client for tests and the benchmark: requests, their answers, and interleaved frames. */
import { connect, type Socket } from 'node:net'
import { ResponseReader, type TestFrame, type TestResponse } from './test-response.ts'

export class RtspTestClient {
  readonly socket: Socket
  readonly frames: TestFrame[] = []
  readonly #reader = new ResponseReader()
  readonly #responses: TestResponse[] = []
  #wake: () => void = () => undefined
  #cseq = 0
  #closed = false

  constructor(port: number, socket: Socket = connect(port, '127.0.0.1')) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('data', (bytes: Buffer) => this.take(bytes))
    socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
  }

  take(bytes: Buffer): void {
    for (const item of this.#reader.read(bytes)) {
      if ('status' in item) this.#responses.push(item)
      else this.frames.push(item)
    }
    this.#wake()
  }

  send(method: string, url: string, headers: Readonly<Record<string, string>> = {}, body = ''): void {
    this.#cseq += 1
    const all = { CSeq: String(this.#cseq), ...headers }
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
    const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`
    this.socket.write(`${method} ${url} RTSP/1.0\r\n${lines.join('')}${length}\r\n${body}`)
  }

  /** Errors: if the connection ends first. */
  async ask(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>> = {},
    body = '',
  ): Promise<TestResponse> {
    this.send(method, url, headers, body)
    return await this.response()
  }

  async response(): Promise<TestResponse> {
    return await this.#until(() => this.#responses.shift())
  }

  /** The next frame of a channel; those of other channels before it are thrown away. */
  async frame(channel = 0): Promise<Buffer> {
    return await this.#until(() => {
      for (let frame = this.frames.shift(); frame !== undefined; frame = this.frames.shift()) {
        if (frame.channel === channel) return frame.data
      }
      return undefined
    })
  }

  async waitForFrame(): Promise<void> {
    await this.#until(() => this.frames[0])
  }

  /** DESCRIBE, SETUP of the tracks, PLAY; gives the answer to PLAY and the session's number. */
  async play(url: string, tracks = 1, transport = 'RTP/AVP/TCP;unicast;interleaved=') {
    const described = await this.ask('DESCRIBE', url)
    if (described.status !== 200) throw new Error(`DESCRIBE: ${described.status}`)
    const base = described.headers.get('content-base')!
    const controls = [...described.body.matchAll(/a=control:(\w+=\d+)/g)].map(([, name]) => name)
    let session = ''
    for (let track = 0; track < tracks; track += 1) {
      const channels = transport.endsWith('=') ? `${2 * track}-${2 * track + 1}` : ''
      const answer = await this.ask('SETUP', `${base}${controls[track]}`, {
        Transport: `${transport}${channels}`,
        ...(session === '' ? {} : { Session: session }),
      })
      if (answer.status !== 200) throw new Error(`SETUP: ${answer.status}`)
      session = answer.headers.get('session')!.split(';')[0]!
    }
    const played = await this.ask('PLAY', base, { Session: session })
    return { played, session, base }
  }

  async #until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      if (this.#closed) throw new Error('the connection has ended')
      await new Promise<void>((wake) => {
        this.#wake = wake
      })
    }
  }
}
