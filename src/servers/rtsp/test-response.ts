/** Reads what an RTSP server sends; for tests and the benchmark. */

export interface TestResponse {
  readonly status: number
  readonly reason: string
  /** By name in lower case; equal names joined by line breaks. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface TestFrame {
  readonly channel: number
  readonly data: Buffer
}

export class ResponseReader {
  #rest: Buffer = Buffer.alloc(0)

  read(bytes: Buffer): (TestResponse | TestFrame)[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const items: (TestResponse | TestFrame)[] = []
    for (let item = this.#next(); item !== undefined; item = this.#next()) items.push(item)
    return items
  }

  #next(): TestResponse | TestFrame | undefined {
    const rest = this.#rest
    if (rest[0] === 0x24) {
      if (rest.length < 4 || rest.length < 4 + rest.readUInt16BE(2)) return undefined
      const end = 4 + rest.readUInt16BE(2)
      this.#rest = rest.subarray(end)
      return { channel: rest.readUInt8(1), data: rest.subarray(4, end) }
    }
    const headEnd = rest.indexOf('\r\n\r\n')
    if (headEnd < 0) return undefined
    const [first = '', ...lines] = rest.toString('latin1', 0, headEnd).split('\r\n')
    const headers = new Map<string, string>()
    for (const line of lines) {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).toLowerCase()
      const value = line.slice(colon + 1).trim()
      headers.set(name, headers.has(name) ? `${headers.get(name)}\n${value}` : value)
    }
    const end = headEnd + 4 + Number(headers.get('content-length') ?? 0)
    if (rest.length < end) return undefined
    this.#rest = rest.subarray(end)
    const [, status, reason] = /^\S+ (\d{3}) (.*)$/.exec(first) ?? []
    return {
      status: Number(status),
      reason: reason ?? '',
      headers,
      body: rest.toString('utf8', headEnd + 4, end),
    }
  }
}
