/**
 * Connections that the camera opens because somebody told it to. Names are resolved once and the address that was checked
 * is the one connected to, so that no name can lead to services of this machine or of its link.
 */
import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { isLocalTarget, isOwnAddress } from './address.ts'
import { CameraError, messageOf } from './errors.ts'

/** For resolving and connecting together. */
export const CONNECT_LIMIT_MS = 10_000

export interface OutgoingRules {
  /** Loopback and link-local addresses and those of this machine too (`--allow-local-targets`). */
  readonly allowLocalTargets: boolean
}

/**
 * Where to connect to, at least one address, within 10 s. Errors: CameraError `connect-failed`, also if only one of the
 * addresses is not allowed; `timeout`.
 */
export async function resolveTarget(
  hostname: string,
  { allowLocalTargets }: OutgoingRules,
): Promise<LookupAddress[]> {
  const host = literalOf(hostname)
  let addresses: LookupAddress[]
  try {
    // A resolver cannot be interrupted; its answer is not waited for any longer.
    addresses = await within(AbortSignal.timeout(CONNECT_LIMIT_MS), host, lookup(host, { all: true }))
  } catch (error) {
    if (error instanceof CameraError) throw error
    throw new CameraError('connect-failed', `${host} is not known: ${messageOf(error)}`, error)
  }
  if (addresses.length === 0) throw new CameraError('connect-failed', `${host} has no address`)
  if (!allowLocalTargets && addresses.some(({ address }) => isHere(address))) throw refusal(host)
  return addresses
}

/** The same for `net.connect`, `tls.connect` and requests, which look up names by themselves; but never addresses. */
export function checkedLookup(rules: OutgoingRules): LookupFunction {
  return (hostname, { all }, found) => {
    resolveTarget(hostname, rules).then(
      (addresses) => {
        if (all) found(null, addresses)
        else found(null, addresses[0]!.address, addresses[0]!.family)
      },
      (error) => found(error, '', 4),
    )
  }
}

/** What `checkedLookup` is not asked. Errors: CameraError `connect-failed`. */
export function checkLiteral(hostname: string, { allowLocalTargets }: OutgoingRules): void {
  const host = literalOf(hostname)
  if (isIP(host) !== 0 && !allowLocalTargets && isHere(host)) throw refusal(host)
}

function isHere(address: string): boolean {
  return isLocalTarget(address) || isOwnAddress(address)
}

/** An IPv6 address without its brackets. */
function literalOf(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

function refusal(host: string): CameraError {
  return new CameraError('connect-failed', `${host} is this machine or its link; see --allow-local-targets`)
}

interface Target extends OutgoingRules {
  readonly host: string
  readonly port: number
  readonly signal: AbortSignal
}

/**
 * A TCP connection within 10 s; the addresses of a name are tried in turn. Errors: CameraError `connect-failed`, `timeout`;
 * the signal's reason if that is a CameraError.
 */
export async function connectTo({ host, port, signal, ...rules }: Target): Promise<Socket> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_LIMIT_MS)])
  const addresses = await within(limit, host, resolveTarget(host, rules))
  let failure: unknown
  for (const { address } of addresses) {
    const socket = connect({ host: address, port })
    const connected = new Promise<Socket>((done, fail) => {
      socket.once('connect', () => done(socket))
      socket.once('error', fail)
    })
    try {
      return await within(limit, host, connected)
    } catch (error) {
      socket.on('error', () => undefined)
      socket.destroy()
      if (error instanceof CameraError) throw error
      failure = error
    }
  }
  const reason = `${host}, port ${port} cannot be reached: ${messageOf(failure)}`
  throw new CameraError('connect-failed', reason, failure)
}

/** What comes too late is given up. Errors: those of `work`; CameraError `timeout` or the signal's reason. */
export async function within<T>(signal: AbortSignal, host: string, work: Promise<T>): Promise<T> {
  const tooLate = () =>
    signal.reason instanceof CameraError
      ? signal.reason
      : new CameraError('timeout', `${host} did not answer in time`, signal.reason)
  // Nobody waits for it any more when the signal comes first.
  work.catch(() => undefined)
  return await new Promise<T>((done, fail) => {
    const onAbort = () => fail(tooLate())
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(done, fail).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
