/**
 * From a request to its answer: who asks, what is asked, is it allowed, do it (Guide §2–§6). One function for
 * every transport that carries JSON commands.
 */
import type { Credentials, Principal } from '../auth/types.ts'
import { CameraError, messageOf } from '../base/errors.ts'
import type { Attachment, Command, Result, Upload } from './define/command.ts'
import { isObject } from './define/groups.ts'
import { type Entry, type RequestQuery, readEntries } from './envelope.ts'
import { API_ERRORS, kindOf } from './errors.ts'
import { printAnswer, printFailure, printSuccess } from './layout.ts'
import type { Parts } from './parts.ts'

/** Name in answers to entries whose command is not known. */
const UNKNOWN = 'Unknown'
/** Characters of an unknown command's name that are repeated to a client without login. */
const MAX_ECHO = 64

export interface ApiRequest {
  readonly query: RequestQuery
  /** Text of a JSON body; '' if there is none. */
  readonly body: string
  readonly credentials: Credentials
  /** Remote address. */
  readonly address: string
  /** As in `Call`; left out where the client came by no name. */
  readonly host?: string
  readonly upload?: Upload
}

export type ApiReply = ({ readonly text: string } | { readonly attachment: Attachment }) & {
  /** The request carried good credentials. */
  readonly authenticated: boolean
}

/** Who asks. A batch may hold a Logout, and rights may end while an entry takes its time: then it is nobody. */
interface Caller {
  principal: Principal | undefined
}

export class Dispatcher {
  readonly #commands = new Map<string, Command>()
  readonly #parts: Parts

  constructor(commands: readonly Command[], parts: Parts) {
    this.#parts = parts
    for (const command of commands) {
      for (const name of [command.name, ...command.aliases]) this.#commands.set(name.toLowerCase(), command)
    }
  }

  /** The command of that name in any case; undefined if there is none. */
  find(name: string): Command | undefined {
    return this.#commands.get(name.toLowerCase())
  }

  /** Executes a request. Nothing is thrown: every failure becomes an error entry. */
  async answer(request: ApiRequest): Promise<ApiReply> {
    const urlCmd = (request.query.get('cmd') ?? '').trim()
    let entries: readonly [Entry, ...Entry[]]
    try {
      entries = readEntries(request.body, request.query, request.credentials)
    } catch (error) {
      return this.#failure(this.find(urlCmd)?.name ?? UNKNOWN, error)
    }
    const [first] = entries

    let principal: Principal | undefined
    try {
      // The credentials of a Login are the command's own to check; here they would count a failure twice.
      const isOpen = this.#accessOf(first.cmd) === 'anyone'
      const known = isOpen ? this.#byToken(request) : this.authenticate(request)
      principal = known instanceof Promise ? await known : known
    } catch (error) {
      return this.#failure(this.#nameOf(first.cmd || urlCmd), error)
    }
    const caller: Caller = { principal }
    const forget = principal?.onEnd(() => {
      caller.principal = undefined
    })
    try {
      return await this.#executeAll(entries, caller, request, urlCmd)
    } finally {
      forget?.()
    }
  }

  /** Errors: CameraError `login-required`, `login-failed`. A token alone takes no wait. */
  authenticate(request: ApiRequest): Principal | Promise<Principal> {
    return (
      this.#byToken(request) ?? this.#parts.access.guard.authenticate(request.credentials, request.address)
    )
  }

  #byToken({ credentials: { token } }: ApiRequest): Principal | undefined {
    return token === undefined ? undefined : this.#parts.access.guard.byToken(token)
  }

  /** Checks one command before its body is read. Errors: CameraError `not-supported`, `forbidden`. */
  authorise({ access }: Command, principal: Principal): void {
    if (typeof access === 'string') return
    const { abilities } = this.#parts
    if (!abilities.supports(access.key))
      throw new CameraError('not-supported', `${access.key} is not supported`)
    if (!abilities.permits(principal.user.level, access)) {
      throw new CameraError('forbidden', `${principal.user.name} may not ${access.right} ${access.key}`)
    }
  }

  async #executeAll(
    entries: readonly Entry[],
    caller: Caller,
    request: ApiRequest,
    urlCmd: string,
  ): Promise<ApiReply> {
    const texts: string[] = []
    let logins = 0
    for (const entry of entries) {
      const command = entries.length === 1 ? this.#commandOfLoneEntry(entry, urlCmd) : this.find(entry.cmd)
      const name = command === undefined ? UNKNOWN : spellingOf(command, entry.cmd)
      try {
        if (command?.access === 'anyone') logins += 1
        if (logins > 1) throw new CameraError('bad-value', 'one login per request')
        const executed = this.#execute(entry, command, caller.principal, request)
        const result = executed instanceof Promise ? await executed : executed
        if (result !== undefined && 'attachment' in result) {
          if (entries.length === 1) return { ...result, authenticated: true }
          throw new CameraError('bad-value', `${name} cannot be part of a batch`)
        }
        texts.push(printSuccess(name, result))
      } catch (error) {
        this.#report(name, error)
        texts.push(printFailure(name, API_ERRORS[kindOf(error)]))
      }
    }
    return { text: printAnswer(texts), authenticated: caller.principal !== undefined }
  }

  /** The checks of Guide §6 in their order, then the command. */
  #execute(
    entry: Entry,
    command: Command | undefined,
    principal: Principal | undefined,
    { address, host = 'localhost', upload }: ApiRequest,
  ): Result | Promise<Result> {
    if (principal === undefined && command?.access !== 'anyone') {
      throw new CameraError('login-required', 'no valid token')
    }
    if (command === undefined) {
      if (entry.cmd === '') throw new CameraError('no-command', 'the entry has no cmd')
      throw new CameraError('not-supported', 'unknown command')
    }
    if (principal !== undefined) this.authorise(command, principal)
    entry.requireObjectParam()
    if (command.upload !== undefined && upload === undefined) {
      throw new CameraError('bad-value', `${command.name} needs a multipart upload`)
    }
    const params = command.read(entry)
    const channel = command.perChannel ? entry.channel(command.section) : 0
    if (channel < 0 || channel >= this.#parts.channels.length) {
      throw new CameraError('not-exist', `channel ${channel} does not exist`)
    }
    // Commands for anyone don't look at the principal.
    const call = { entry, parts: this.#parts, principal: principal!, address, host, upload }
    return command.run(params, call, channel)
  }

  /**
   * A lone entry is executed under the URL's name where the body's is evidently a slip: the entry holds the
   * section of the URL's command and the body's command cannot want it. What is executed is authorised.
   */
  #commandOfLoneEntry(entry: Entry, urlCmd: string): Command | undefined {
    const inBody = this.find(entry.cmd)
    const inUrl = this.find(urlCmd)
    if (inUrl?.section === undefined || inBody === undefined || inBody === inUrl) return inBody
    if (!isObject(entry.member(inUrl.section))) return inBody
    const setLacksSection =
      inBody.kind === 'set' && inBody.section !== undefined && entry.member(inBody.section) === undefined
    const getMeansSet = inBody.kind === 'get' && inUrl.kind === 'set' && inBody.section === inUrl.section
    return setLacksSection || getMeansSet ? inUrl : inBody
  }

  #accessOf(cmd: string) {
    return this.find(cmd)?.access
  }

  #nameOf(cmd: string): string {
    const command = this.find(cmd)
    return command === undefined ? cmd.slice(0, MAX_ECHO) || UNKNOWN : spellingOf(command, cmd)
  }

  #failure(name: string, error: unknown): ApiReply {
    this.#report(name, error)
    return { text: printAnswer([printFailure(name, API_ERRORS[kindOf(error)])]), authenticated: false }
  }

  #report(cmd: string, error: unknown): void {
    const { log } = this.#parts
    if (error instanceof CameraError) log.debug({ cmd, kind: error.kind, reason: error.message }, 'refused')
    else log.error({ cmd, err: error }, `a command failed: ${messageOf(error)}`)
  }
}

/** The name as the guide spells it; of two official spellings the one that was asked for. */
function spellingOf(command: Command, asked: string): string {
  // Two spellings may differ in nothing but capitals.
  if (asked === command.name) return asked
  return command.aliases.find((alias) => alias.toLowerCase() === asked.toLowerCase()) ?? command.name
}
