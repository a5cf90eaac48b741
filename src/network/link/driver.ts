/** Who gives an interface of the host its address. */
import type { LinkPlan } from '../ports.ts'

export interface LinkDriver {
  /**
   * What can be done without cutting anyone off, and shows whether the rest will work.
   * Errors: CameraError `set-failed`, `not-supported`; nothing has changed then.
   */
  prepare(plan: LinkPlan): Promise<void>
  /** The former address is gone afterwards. Errors: CameraError `set-failed`. */
  commit(plan: LinkPlan): Promise<void>
  stop?(): void
}
