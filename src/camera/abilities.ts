/** What this camera claims to be able to do (Guide §3.1.1): what commands and parts say, less what this machine lacks. */
import { Abilities, type AbilityKey } from '../api/ability.ts'
import { COMMANDS } from '../api/commands/index.ts'
import type { Config } from '../config/schema.ts'
import { LATER_ABILITIES } from './later.ts'

/** Keys of GetAbility that parts support without a command of their own. */
const OF_PARTS: readonly AbilityKey[] = [
  'http',
  'https',
  'onvif',
  'ptzType',
  'recSchedule',
  'rtsp',
  'supportOnvifEnable',
  ...LATER_ABILITIES,
]

interface Means {
  /** Keys of parts that this machine has not. */
  readonly absent: readonly AbilityKey[]
  /** There is a place to look for updates. */
  readonly isOnline: boolean
  readonly hasCloud: boolean
}

export function abilitiesOf({ ptz, onvif }: Config, { absent, isOnline, hasCloud }: Means): Abilities {
  const claimed = COMMANDS.flatMap(({ access }) => (typeof access === 'string' ? [] : [access.key]))
  const without = new Set<AbilityKey>(absent)
  if (onvif === 'no') for (const key of ['onvif', 'supportOnvifEnable'] as const) without.add(key)
  const keys = [...claimed, ...OF_PARTS].filter((key) => !without.has(key))
  return new Abilities(keys, 1, {
    upgrade: isOnline ? 2 : 1,
    // Clients ask a head of type 2 also for positions of zoom and focus; one of type 3 only turns.
    ptzType: ptz === 'digital' ? 2 : 3,
    cloudStorage: hasCloud ? 1 : 0,
  })
}
