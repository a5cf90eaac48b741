import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualTime } from '../base/timers.ts'
import type { LogEvent } from '../system/log-event.ts'
import { type EventNotices, Notifications } from './notifications.ts'
import type { DeliveryOrder, Notifier, Occasion } from './notifier.ts'
import { testEvent } from './test-event.ts'

const ORDER: DeliveryOrder = { content: null, attachments: [], expiresMs: 1 }

/** What survives a kill. */
class Disk implements EventNotices {
  rows = new Map<string, { event: number; notifier: string; state: 'began' | 'ended' }>()
  readonly stored: string[] = []

  owe(event: number, notifiers: readonly string[]): void {
    for (const notifier of notifiers)
      this.rows.set(`${event} ${notifier}`, { event, notifier, state: 'began' })
  }

  told(event: number, notifier: string, occasion: 'began' | 'ended'): void {
    const key = `${event} ${notifier}`
    if (occasion === 'began') this.rows.get(key)!.state = 'ended'
    else this.rows.delete(key)
  }

  owed() {
    return [...this.rows.values()]
  }
}

interface Rig {
  readonly disk?: Disk
  readonly plan: (occasion: Occasion) => Promise<readonly DeliveryOrder[]>
}

function rig({ disk = new Disk(), plan }: Rig) {
  const told: Occasion[] = []
  const notes: LogEvent[] = []
  const notifier: Notifier = {
    name: 'one',
    plan: (_event, occasion) => {
      told.push(occasion)
      return plan(occasion)
    },
    deliver: async () => undefined,
  }
  const notifications = new Notifications({
    notifiers: [notifier],
    outbox: { add: (name) => disk.stored.push(name) },
    notices: disk,
    find: (id) => (id === 7 ? testEvent({ endMs: 1 }) : undefined),
    atomically: (write) => write(),
    timers: manualTime(),
    note: (event) => notes.push(event),
  })
  return { disk, told, notes, notifications }
}

const settled = () => new Promise((done) => setTimeout(done, 5))
const never = () => new Promise<never>(() => undefined)

test('an event that was told as a whole is owed no more', async () => {
  const { disk, told, notifications } = rig({ plan: async () => [ORDER] })
  notifications.began(testEvent())
  await settled()
  notifications.ended(testEvent())
  await settled()
  assert.deepEqual(told, ['began', 'ended'])
  assert.deepEqual([disk.owed(), disk.stored.length], [[], 2])
})

test('a kill while a message is being prepared: it is prepared after the next start', async () => {
  const { disk, notifications } = rig({ plan: never })
  notifications.began(testEvent())
  await settled()
  assert.deepEqual(disk.stored, [])
  const next = rig({ disk, plan: async () => [ORDER] })
  next.notifications.start()
  await settled()
  assert.deepEqual(next.told, ['began', 'ended'])
  assert.deepEqual([disk.owed(), disk.stored.length], [[], 2])
})

test('a kill while an event goes on: only its end is told after the next start', async () => {
  const { disk, notifications } = rig({ plan: async () => [ORDER] })
  notifications.began(testEvent())
  await settled()
  const next = rig({ disk, plan: async () => [] })
  next.notifications.start()
  await settled()
  assert.deepEqual(next.told, ['ended'])
  assert.deepEqual(disk.owed(), [])
})

test('what is owed to nobody, or of an event that is known no more, is forgotten', async () => {
  const disk = new Disk()
  disk.owe(7, ['a notifier that was removed'])
  disk.owe(6, ['one'])
  const { told, notifications } = rig({ disk, plan: async () => [] })
  notifications.start()
  await settled()
  assert.deepEqual([told, disk.owed()], [[], []])
})

test('a notifier that fails is noted, and not asked again for ever', async () => {
  const { disk, notes, notifications } = rig({ plan: () => Promise.reject(new Error('no camera')) })
  notifications.began(testEvent())
  await settled()
  notifications.ended(testEvent())
  await settled()
  assert.match(notes[0]!.detail, /no camera/)
  assert.deepEqual(disk.owed(), [])
})
