/**
 * The camera's API for this page: POST /api.cgi with one command at a time. The token lives in the
 * session object only, so that closing the page forgets it.
 */

/** The commands this page uses, with what they take and answer (Guide §3.1, §3.2). */
interface Commands {
  Login: { param: { User: { userName: string; password: string } }; value: { Token: Token } }
  Logout: { param: undefined; value: unknown }
  HeartBeat: { param: undefined; value: unknown }
  GetDevInfo: { param: undefined; value: { DevInfo: { name: string; model: string } } }
  GetPowerLed: { param: { channel: number }; value: { PowerLed: { state: 'On' | 'Off' } } }
  ModifyUser: { param: { User: { userName: string; password: string } }; value: unknown }
}

interface Token {
  readonly name: string
  readonly leaseTime: number
}

interface Answer {
  readonly code: number
  readonly value?: unknown
  readonly error?: { readonly rspCode: number; readonly detail: string }
}

export type StreamName = 'main' | 'sub' | 'ext'

/** The camera refused: `rspCode` of Guide §6, or 0 if it could not be reached at all. */
export class ApiError extends Error {
  readonly rspCode: number

  constructor(rspCode: number, detail: string) {
    super(SENTENCES[rspCode] ?? `The camera refused: ${detail}.`)
    this.rspCode = rspCode
  }

  /** The token is not valid any more. */
  get isSessionEnd(): boolean {
    return this.rspCode === -6
  }
}

const SENTENCES: Readonly<Record<number, string>> = {
  0: 'The camera cannot be reached.',
  [-4]: 'The camera does not accept this value.',
  [-5]: 'Too many users are logged in. Try again later.',
  [-6]: 'Your session has ended. Please log in again.',
  [-7]: 'The user name or the password is wrong.',
  [-26]: 'Your user is not allowed to do this.',
}

/** A login. It ends by `logout`, by the camera, or when its lease is not renewed. */
export class Session {
  readonly userName: string
  readonly leaseMs: number
  /** The account has an empty password: the camera is in its first run. */
  readonly hasNoPassword: boolean
  readonly #token: string

  private constructor(userName: string, hasNoPassword: boolean, token: Token) {
    this.userName = userName
    this.hasNoPassword = hasNoPassword
    this.leaseMs = token.leaseTime * 1000
    this.#token = token.name
  }

  /** Errors: ApiError. */
  static async login(userName: string, password: string): Promise<Session> {
    const { Token } = await call(undefined, 'Login', { User: { userName, password } })
    return new Session(userName, password === '', Token)
  }

  /** Errors: ApiError. */
  call<C extends keyof Commands>(command: C, param?: Commands[C]['param']): Promise<Commands[C]['value']> {
    return call(this.#token, command, param)
  }

  /** Frees the session on the camera; it does not matter here whether that worked. */
  async logout(): Promise<void> {
    await this.call('Logout').catch(() => undefined)
  }

  /** The live picture as HTTP-FLV on the port of this page. */
  streamUrl(stream: StreamName): string {
    const query = new URLSearchParams({
      port: '1935',
      app: 'bcs',
      stream: `channel0_${stream}.bcs`,
      token: this.#token,
    })
    return `${location.origin}/flv?${query}`
  }

  /** What lies beside the API, below /push/: a question, or with a body an order. Errors: ApiError. */
  async push(what: 'key' | 'state' | 'subscribe' | 'unsubscribe', body?: unknown): Promise<unknown> {
    const query = new URLSearchParams({ token: this.#token })
    const init =
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await request(`/push/${what}?${query}`, init)
    const answer = await readJson(response)
    if (response.ok) return answer
    if (response.status === 401) throw new ApiError(-6, 'login')
    throw new ApiError(-13, String((answer as { error?: unknown }).error))
  }

  /** One JPEG in full size. Errors: ApiError. */
  async snapshot(): Promise<Blob> {
    // Guide §3.6.5: random characters against caches, 16 in the printed examples.
    const rs = crypto
      .getRandomValues(new Uint8Array(8))
      .reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '')
    const query = new URLSearchParams({ cmd: 'Snap', channel: '0', rs, token: this.#token })
    const response = await request(`/cgi-bin/api.cgi?${query}`, {})
    if (response.headers.get('content-type')?.startsWith('image/jpeg')) return await response.blob()
    readAnswer(await readJson(response))
    throw new ApiError(-12, 'it sent no picture')
  }
}

async function call<C extends keyof Commands>(
  token: string | undefined,
  command: C,
  param: Commands[C]['param'],
): Promise<Commands[C]['value']> {
  const query = new URLSearchParams({ cmd: command, ...(token === undefined ? {} : { token }) })
  const response = await request(`/api.cgi?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ cmd: command, action: 0, ...(param === undefined ? {} : { param }) }]),
  })
  return readAnswer(await readJson(response)) as Commands[C]['value']
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, cache: 'no-store', signal: AbortSignal.timeout(10_000) })
  } catch {
    throw new ApiError(0, 'no answer')
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    throw new ApiError(0, 'no answer')
  }
}

/** The value of the only entry of an answer, or its error thrown as ApiError. */
function readAnswer(body: unknown): unknown {
  const answer: Answer | undefined = Array.isArray(body) ? body[0] : undefined
  if (answer?.code === 0) return answer.value
  throw new ApiError(answer?.error?.rspCode ?? -10, answer?.error?.detail ?? 'its answer is not understood')
}

/** The sentence to show for anything thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
