/** Who gives an interface of the host its address. */
import type { LinkPlan } from '../ports.ts'

/** How the host has set up an interface, in JSON; what else is in it only the driver knows. */
export interface HostSetup {
  readonly isDhcp: boolean
}

export interface LinkDriver {
  /** How the interface is set up, by whoever did it. Errors: CameraError `set-failed`. */
  capture(): Promise<HostSetup>
  /** Sets it up as it was. Errors: CameraError `set-failed`. */
  restore(setup: HostSetup): Promise<void>
  /**
   * What can be done without cutting anyone off, and shows whether the rest will work.
   * Errors: CameraError `set-failed`, `not-supported`; nothing has changed then.
   */
  prepare(plan: LinkPlan): Promise<void>
  /** The former address is gone afterwards. Errors: CameraError `set-failed`. */
  commit(plan: LinkPlan): Promise<void>
  /** Those in use on the interface; without it, those of the whole host count. Errors: CameraError. */
  nameServers?(): Promise<readonly string[]>
  stop?(): void
}
