/** Password hashes: scrypt (RFC 7914), written with their parameters so that they can be made harder later. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { CameraError } from '../base/errors.ts'

const BLOCK_SIZE = 8
const PARALLEL = 1
const SALT_BYTES = 16
const HASH_BYTES = 32
/** 64 MiB for a moment. */
const MAX_FOREIGN_COST = 16
/** Each hash takes about 100 ms and 32 MiB: two at once, a few waiting, the rest is refused. */
const MAX_RUNNING = 2
const MAX_WAITING = 16

interface Parsed {
  /** Binary logarithm of scrypt's N. */
  readonly cost: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/** `$scrypt$ln=15,r=8,p=1$SALT$HASH`, salt and hash in base64; undefined for anything else. */
export function parseHash(text: string): Parsed | undefined {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=8,p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(text)
  if (match === null) return undefined
  const [, cost, salt, hash] = match as unknown as [string, string, string, string]
  const parsed = { cost: Number(cost), salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
  const isSound =
    parsed.cost >= 1 && parsed.cost <= 20 && parsed.hash.length === HASH_BYTES && parsed.salt.length > 0
  return isSound ? parsed : undefined
}

/** A hash from elsewhere that does not cost more time and memory than ours may. */
export function isUsableHash(text: string): boolean {
  const parsed = parseHash(text)
  return parsed !== undefined && parsed.cost <= MAX_FOREIGN_COST
}

/** The text that `parseHash` reads. */
export function printHash({ cost, salt, hash }: Parsed): string {
  const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$scrypt$ln=${cost},r=${BLOCK_SIZE},p=${PARALLEL}$${base64(salt)}$${base64(hash)}`
}

export class Passwords {
  readonly #cost: number
  readonly #waiting: (() => void)[] = []
  readonly #nobody: Parsed
  #running = 0

  /** `cost`: binary logarithm of scrypt's N; 15 is 32 MiB and about 100 ms. */
  constructor(cost = 15) {
    this.#cost = cost
    this.#nobody = { cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) }
  }

  /** Errors: CameraError `timeout` when too many wait. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES)
    return printHash({ cost: this.#cost, salt, hash: await this.#derive(password, salt, this.#cost) })
  }

  /**
   * The one of the readings that is the password of `stored`; undefined if none is. Without a stored hash (an
   * unknown user) it takes the same time. Errors: CameraError `timeout` when too many wait.
   */
  async verify(readings: readonly string[], stored: string | undefined): Promise<string | undefined> {
    const parsed = stored === undefined ? undefined : parseHash(stored)
    const { cost, salt, hash } = parsed ?? this.#nobody
    for (const reading of readings) {
      const isEqual = timingSafeEqual(await this.#derive(reading, salt, cost), hash)
      if (isEqual && parsed !== undefined) return reading
    }
    return undefined
  }

  /** The hash was made with other parameters than today's. */
  isOutdated(stored: string): boolean {
    return parseHash(stored)?.cost !== this.#cost
  }

  async #derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
    await this.#takeTurn()
    try {
      const parameters = { N: 2 ** cost, r: BLOCK_SIZE, p: PARALLEL, maxmem: 256 * 2 ** cost * BLOCK_SIZE }
      return await new Promise((resolve, reject) => {
        // Two ways to type the same letters are the same password.
        scrypt(password.normalize('NFC'), salt, HASH_BYTES, parameters, (error, key) => {
          if (error === null) resolve(key)
          else reject(error)
        })
      })
    } finally {
      this.#passTurn()
    }
  }

  async #takeTurn(): Promise<void> {
    if (this.#running < MAX_RUNNING) {
      this.#running += 1
      return
    }
    if (this.#waiting.length >= MAX_WAITING) throw new CameraError('timeout', 'too many logins at once')
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** The turn goes to the next who waits, so that nobody can slip in between. */
  #passTurn(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running -= 1
    else next()
  }
}
