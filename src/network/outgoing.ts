/** Where the network parts may connect to: the one place that decides it (docs/design/network.md). */
import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isLocalTarget } from '../base/address.ts'
import { CameraError, messageOf } from '../base/errors.ts'

const LIMIT_MS = 10_000

/**
 * The addresses of a host name or address, all of them checked; connect to these and to nothing else.
 * Errors: CameraError `connect-failed`, `timeout`.
 */
export async function resolveTarget(host: string, allowLocalTargets: boolean): Promise<LookupAddress[]> {
  let addresses: LookupAddress[]
  try {
    addresses = await inTime(lookup(host, { all: true }), host)
  } catch (error) {
    if (error instanceof CameraError) throw error
    throw new CameraError('connect-failed', `${host} is not known: ${messageOf(error)}`, error)
  }
  if (addresses.length === 0) throw new CameraError('connect-failed', `${host} has no address`)
  if (!allowLocalTargets && addresses.some(({ address }) => isLocalTarget(address))) {
    throw new CameraError('connect-failed', `${host} is this machine or its link; see --allow-local-targets`)
  }
  return addresses
}

/** A resolver cannot be interrupted; its answer is not waited for any longer. */
async function inTime<T>(work: Promise<T>, host: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new CameraError('timeout', `${host} was not found in time`)),
      LIMIT_MS,
    ).unref()
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
