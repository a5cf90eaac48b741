/**
 * One way in which events reach the owner: e-mail, FTP, push … A notifier says what shall be sent; the outbox stores
 * that, and hands it back until it is delivered (docs/design/alarms.md).
 */
import type { AlarmEvent } from './event.ts'

/** A file that goes with a delivery. */
export interface Attachment {
  /** As the receiver sees it: `20261123_101500.jpg`. */
  readonly name: string
  /** `image/jpeg` or `video/mp4`. */
  readonly type: string
  /** Absolute path on this machine. */
  readonly path: string
}

/** What a notifier wants to send. */
export interface DeliveryOrder {
  /** What the notifier needs to know of it later; survives a restart. JSON, and without secrets. */
  readonly content: unknown
  /** Files that the outbox takes over and deletes with the delivery. */
  readonly attachments: readonly Attachment[]
  /** It is not worth sending after this time, milliseconds since 1970-01-01 UTC. */
  readonly expiresMs: number
}

export interface Delivery extends DeliveryOrder {
  readonly id: number
  readonly createdMs: number
  /** How often it was tried before. */
  readonly attempts: number
}

/** Begins, goes on (told about once a second), or is over. */
export type Occasion = 'began' | 'lasts' | 'ended'

export interface Notifier {
  /** Names its deliveries in the outbox and in the device log: `email`. */
  readonly name: string
  /**
   * What shall be sent of this event now, usually nothing. May wait for pictures and clips; a delivery that is
   * returned is stored before the next occasion is told. Errors are noted in the device log.
   */
  plan(event: AlarmEvent, occasion: Occasion): Promise<readonly DeliveryOrder[]>
  /** What a kill kept from being stored; asked for once, at the start. Errors are noted in the device log. */
  rescue?(): Promise<readonly DeliveryOrder[]>
  /**
   * Sends one delivery. Errors: CameraError; it is tried again later with growing pauses until it expires, unless the
   * error is a `Refused`.
   */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<void>
}

/** The receiver will never take this delivery: it is dropped, and the device log tells why. */
export class Refused extends Error {
  override readonly name = 'Refused'
}
