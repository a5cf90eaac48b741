/** The address by which the internet knows this network. */
import { isIPv4 } from 'node:net'
import { isLocalTarget } from '../base/address.ts'
import { CameraError } from '../base/errors.ts'
import { isPrivate } from '../base/ipv4.ts'
import { exchangeText } from '../base/outgoing-request.ts'

interface AskOptions {
  readonly allowLocalTargets: boolean
  readonly signal?: AbortSignal | undefined
}

/** From a service that answers with the address it is asked from, in any text. Errors: CameraError. */
export async function askForAddress(url: string, options: AskOptions): Promise<string> {
  const { status, text } = await exchangeText(new URL(url), options)
  const address = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/.exec(text)?.[0]
  if (status !== 200 || address === undefined || !isPublic(address)) {
    throw new CameraError('receive-failed', `${new URL(url).hostname} told no public address`)
  }
  return address
}

/** Whether others can connect to it, as far as the address tells. */
export function isPublic(address: string): boolean {
  return isIPv4(address) && !isLocalTarget(address) && !isPrivate(address)
}
