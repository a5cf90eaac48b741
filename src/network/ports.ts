/** The network chapter as commands see it; the parts are made in `src/camera-network.ts`. */
import type { TimeSync } from './ntp/time-sync.ts'

export interface NetworkParts {
  readonly timeSync: Pick<TimeSync, 'configure' | 'syncNow'>
}
