/**
 * The modem of the host, by ModemManager's `mmcli`. It takes the account of an access point as an argument only, where other
 * users of the machine may read it while the modem is dialling (docs/design/network.md).
 */
import { messageOf } from '../../base/errors.ts'
import type { Timers } from '../../base/timers.ts'
import type { LogEvent } from '../../system/log-event.ts'
import type { MobileAccess, MobilePort } from '../ports.ts'
import { run } from '../program.ts'

/** Pauses before it is tried again. */
const PAUSES_MS = [30_000, 60_000, 120_000, 300_000]
/** The words of an account end at these. */
const NOT_QUOTABLE = /["\p{Cc}]/u

/** Path of the first modem that ModemManager knows; undefined if there is none. */
export async function findModem(): Promise<string | undefined> {
  try {
    const { 'modem-list': list }: { 'modem-list'?: unknown } = JSON.parse(await run('mmcli', ['-L', '-J']))
    const [first] = Array.isArray(list) ? list : []
    return typeof first === 'string' && /^\/org\/freedesktop\/ModemManager1\/Modem\/\d+$/.test(first)
      ? first
      : undefined
  } catch {
    return undefined
  }
}

interface HostModemOptions {
  readonly modem: string
  readonly timers: Timers
  readonly note: (event: LogEvent) => void
}

export class HostModem implements MobilePort {
  readonly #options: HostModemOptions
  /** What `mmcli` is to connect with; undefined is to hang up. */
  #wanted: string | undefined
  #queue: Promise<void> = Promise.resolve()
  #cancelRetry: () => void = () => undefined
  #failures = 0

  constructor(options: HostModemOptions) {
    this.#options = options
  }

  configure(access: MobileAccess): void {
    const wanted = connectionOf(access)
    if (wanted instanceof Error) {
      this.#note(wanted.message)
      return
    }
    if (wanted === this.#wanted) return
    this.#wanted = wanted
    this.#failures = 0
    this.#cancelRetry()
    this.#queue = this.#queue.then(() => this.#dial(wanted))
  }

  /** Never throws. */
  async #dial(wanted: string | undefined): Promise<void> {
    const { modem, timers } = this.#options
    // Something else was asked for meanwhile.
    if (wanted !== this.#wanted) return
    const order = wanted === undefined ? '--simple-disconnect' : `--simple-connect=${wanted}`
    try {
      await run('mmcli', ['-m', modem, order])
      this.#failures = 0
      this.#note(wanted === undefined ? 'hung up' : 'connected')
    } catch (error) {
      if (this.#failures === 0) this.#note(`${messageOf(error)}; it is tried again`)
      const pauseMs = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)]!
      this.#failures += 1
      this.#cancelRetry = timers.after(pauseMs, () => {
        this.#queue = this.#queue.then(() => this.#dial(wanted))
      })
    }
  }

  #note(detail: string): void {
    this.#options.note({ type: 'network', detail: `mobile network: ${detail}` })
  }
}

/** The properties of a connection in the words of `mmcli`; undefined if there is nothing to dial. */
function connectionOf({ isAutomatic, apn, userName, password }: MobileAccess): string | undefined | Error {
  if (!isAutomatic && apn === '') return undefined
  if (NOT_QUOTABLE.test(userName + password))
    return new Error('the account holds a character that cannot be told to the modem')
  const account = [
    ...(userName === '' ? [] : [`user="${userName}"`]),
    ...(password === '' ? [] : [`password="${password}"`]),
  ]
  return [`apn=${isAutomatic ? '' : apn}`, ...account].join(',')
}
