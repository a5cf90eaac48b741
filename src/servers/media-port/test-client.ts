/** For tests: a client of the media port, written from docs/design/media-port.md without the server's own frames. */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'

export interface Received {
  readonly command: number
  readonly tag: number
  readonly status: number
  /** Bytes 18 and 19. */
  readonly class: string
  /** As it came. */
  readonly body: Buffer
}

const KEY = [0x1f, 0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78, 0xff]
const IV = '0123456789abcdef'

export const mask = (body: Buffer, offset: number) =>
  Buffer.from(body.map((byte, at) => byte ^ KEY[(offset + at) % 8]! ^ offset))
const digest = (text: string) => createHash('md5').update(text).digest('hex').toUpperCase().slice(0, 31)

export class MediaClient {
  readonly socket: Socket
  readonly #frames: Received[] = []
  readonly #wanted: ((frame: Received) => void)[] = []
  #buffer = Buffer.alloc(0)
  #key: Buffer | undefined
  nonce = ''

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('error', () => {})
    this.socket.on('data', (bytes) => this.#receive(bytes))
  }

  /** Resolves when the server has closed the connection. */
  closed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.closed) resolve()
      else this.socket.once('close', () => resolve())
    })
  }

  send(command: number, tag: number, kind: string, body: Buffer = Buffer.alloc(0)): void {
    const head = Buffer.alloc(kind === '1465' ? 20 : 24)
    Buffer.from('f0debc0a', 'hex').copy(head)
    head.writeUInt32LE(command, 4)
    head.writeUInt32LE(body.length, 8)
    head.writeUInt32LE(tag, 12)
    if (kind === '1465') head[16] = 0x12
    if (kind === '1465') head[17] = 0xdc
    Buffer.from(kind, 'hex').copy(head, 18)
    this.socket.write(Buffer.concat([head, body]))
  }

  next(): Promise<Received> {
    const frame = this.#frames.shift()
    return frame ? Promise.resolve(frame) : new Promise((resolve) => this.#wanted.push(resolve))
  }

  async greet(tag = 250): Promise<Received> {
    this.send(1, tag, '1465')
    const answer = await this.next()
    this.nonce = /<nonce>(.*?)<\/nonce>/.exec(mask(answer.body, tag & 0xff).toString())?.[1] ?? ''
    return answer
  }

  /** Greets and logs in; gives the answer. */
  async login(user: string, password: string, tag = 250): Promise<Received> {
    await this.greet(tag)
    return await this.answer(user, password, tag)
  }

  /** Logs in with the nonce at hand. */
  async answer(user: string, password: string, tag = 250): Promise<Received> {
    const members = `<userName>${digest(user + this.nonce)}</userName><password>${digest(password + this.nonce)}</password>`
    const body = `<?xml version="1.0" encoding="UTF-8" ?>\n<body>\n<LoginUser version="1.1">\n${members}\n<userVer>1</userVer>\n</LoginUser>\n</body>\n`
    this.send(1, tag, '1464', mask(Buffer.from(body), tag & 0xff))
    const answer = await this.next()
    this.#key = Buffer.from(digest(`${this.nonce}-${password}`).slice(0, 16))
    return answer
  }

  /** A command after the login; bodies are sealed. */
  async ask(command: number, tag: number, body = ''): Promise<Received> {
    const cipher = createCipheriv('aes-128-cfb', this.#key!, IV)
    this.send(command, tag, '1464', Buffer.concat([cipher.update(body), cipher.final()]))
    return await this.next()
  }

  text({ body }: Received): string {
    return createDecipheriv('aes-128-cfb', this.#key!, IV).update(body).toString()
  }

  #receive(bytes: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, bytes])
    for (;;) {
      const buffer = this.#buffer
      if (buffer.length < 20) return
      const kind = buffer.toString('hex', 18, 20)
      const head = kind === '1466' ? 20 : 24
      const end = head + buffer.readUInt32LE(8)
      if (buffer.length < end) return
      this.#buffer = buffer.subarray(end)
      const frame = {
        command: buffer.readUInt32LE(4),
        tag: buffer.readUInt32LE(12),
        status: buffer.readUInt16LE(16),
        class: kind,
        body: buffer.subarray(head, end),
      }
      const wanted = this.#wanted.shift()
      if (wanted) wanted(frame)
      else this.#frames.push(frame)
    }
  }
}
