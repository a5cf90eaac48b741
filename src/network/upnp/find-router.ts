/** The router of this network: the one that the default route leads to, if it answers, else the first that does. */
import { CameraError, messageOf } from '../../base/errors.ts'
import { defaultRoute } from '../link/virtual.ts'
import { Gateway } from './gateway.ts'
import type { Router } from './port-mappings.ts'
import { findGateways } from './ssdp.ts'

export async function findRouter(allowLocalTargets: boolean, signal: AbortSignal): Promise<Router> {
  const gateway = defaultRoute()?.address
  const locations = await findGateways(gateway, signal)
  const sorted = locations.toSorted(
    (one, other) => Number(other.hostname === gateway) - Number(one.hostname === gateway),
  )
  let reason = 'no router that forwards ports answers'
  for (const location of sorted) {
    try {
      return await Gateway.open(location, { allowLocalTargets })
    } catch (error) {
      reason = messageOf(error)
    }
  }
  throw new CameraError('connect-failed', reason)
}
