/** The TV norm as it is stored; other settings follow it (Guide §3.4.1). */
import { choice } from '../../define/choice.ts'
import type { Infer } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { NO_RULES } from '../../define/setting.ts'

const TV_NORMS = ['PAL', 'NTSC'] as const
export type TvNorm = (typeof TV_NORMS)[number]

const fields = group({
  Norm: choice(TV_NORMS, { initial: 'NTSC', label: 'Norm of the mains: PAL 50 Hz, NTSC 60 Hz' }),
})

export type StoredNorm = Infer<typeof fields>

/** Everything of the setting but its commands, so that those can change settings that look at it. */
export const storedNorm = {
  name: 'Norm',
  fields,
  perChannel: false,
  check: NO_RULES,
  // Whoever depends on the norm reads it.
  apply: () => undefined,
} as const
