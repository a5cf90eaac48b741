/** Searches that go on (Recording Search §4.2.3). All is found when one begins; its client takes it away in pieces. */
import { randomBytes } from 'node:crypto'
import type { Principal } from '../../auth/types.ts'
import type { Timers } from '../../base/timers.ts'
import type { StreamToken } from './encoder.ts'
import { Fault, invalid, notAuthorized } from './fault.ts'
import type { FoundEvent } from './history.ts'

/** Each may hold megabytes of what it has found. */
const MAX_SEARCHES = 12
const MAX_OF_ADDRESS = 4
const MIN_LIFE_MS = 10_000
const MAX_LIFE_MS = 60_000

interface Found {
  readonly recordings: StreamToken
  readonly events: FoundEvent
}
type Kind = keyof Found

interface Wish<K extends Kind = Kind> {
  readonly kind: K
  readonly found: readonly Found[K][]
  /** How far it went; camera's clock. */
  readonly endMs: number
  readonly principal: Principal
  readonly address: string
  /** Without a request about it. */
  readonly lifeMs: number
}

interface Search extends Omit<Wish, 'found'> {
  rest: readonly Found[Kind][]
  cancelEnd: () => void
  readonly forgetRights: () => void
}

export class Searches {
  readonly #timers: Timers
  readonly #all = new Map<string, Search>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Gives the token. Errors: Fault where there are too many. */
  begin<K extends Kind>({ found, ...wish }: Wish<K>): string {
    const ofAddress = [...this.#all.values()].filter(({ address }) => address === wish.address)
    if (this.#all.size >= MAX_SEARCHES || ofAddress.length >= MAX_OF_ADDRESS)
      throw new Fault('Receiver', ['ter:Action', 'ter:ResourceProblem'], 'there are too many searches')
    const token = randomBytes(16).toString('hex')
    const forgetRights = wish.principal.onEnd(() => this.#forget(token))
    this.#all.set(token, { ...wish, rest: found, cancelEnd: () => undefined, forgetRights })
    this.#keep(token)
    return token
  }

  /** The next ones; with the last of them the search is over. Errors: Fault. */
  take<K extends Kind>(
    token: string | undefined,
    kind: K,
    limit: number,
    principal: Principal,
  ): { readonly found: readonly Found[K][]; readonly isCompleted: boolean } {
    const search = this.#find(token, principal)
    if (search.kind !== kind) throw invalid('ter:InvalidToken', 'the search is of another kind')
    const found = search.rest.slice(0, limit) as readonly unknown[] as readonly Found[K][]
    search.rest = search.rest.slice(limit)
    const isCompleted = search.rest.length === 0
    if (isCompleted) this.#forget(token!)
    else this.#keep(token!)
    return { found, isCompleted }
  }

  /** Errors: Fault for a search that is over. */
  check(token: string | undefined, principal: Principal): void {
    this.#find(token, principal)
    this.#keep(token!)
  }

  /** Gives how far it went, on the camera's clock. Errors: Fault. */
  end(token: string | undefined, principal: Principal): number {
    const { endMs } = this.#find(token, principal)
    this.#forget(token!)
    return endMs
  }

  #find(token: string | undefined, principal: Principal): Search {
    const search = token === undefined ? undefined : this.#all.get(token)
    if (search === undefined) throw invalid('ter:InvalidToken', 'there is no such search')
    if (search.principal.user.name !== principal.user.name) throw notAuthorized('it is not yours')
    return search
  }

  #keep(token: string): void {
    const search = this.#all.get(token)!
    search.cancelEnd()
    const lifeMs = Math.min(MAX_LIFE_MS, Math.max(MIN_LIFE_MS, search.lifeMs))
    search.cancelEnd = this.#timers.after(lifeMs, () => this.#forget(token))
  }

  #forget(token: string): void {
    const search = this.#all.get(token)
    this.#all.delete(token)
    search?.cancelEnd()
    search?.forgetRights()
  }
}
