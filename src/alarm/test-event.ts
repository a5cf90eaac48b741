/** Events and deliveries for tests. */
import type { AlarmEvent } from './event.ts'
import type { Delivery, DeliveryOrder } from './notifier.ts'

export function testEvent(change: Partial<AlarmEvent> = {}): AlarmEvent {
  return {
    id: 7,
    channel: 0,
    kind: 'motion',
    startMs: Date.UTC(2026, 10, 23, 10, 15),
    endMs: undefined,
    peakScore: 0.25,
    cells: new Uint8Array(450),
    ...change,
  }
}

/** As the outbox hands it back: the content has been JSON meanwhile. */
export function deliveryOf(order: DeliveryOrder): Delivery {
  const content: unknown = JSON.parse(JSON.stringify(order.content))
  return { ...order, content, id: 1, createdMs: 0, attempts: 0 }
}
