import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { CameraError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { manualTime } from '../base/timers.ts'
import { openStore, type Store } from '../store/store.ts'
import type { LogEvent } from '../system/log-event.ts'
import { pauseAfter } from './courier.ts'
import { type Delivery, type Notifier, Refused } from './notifier.ts'
import { Outbox } from './outbox.ts'

let dataDir: string
let store: Store
let time: ReturnType<typeof manualTime>
let notes: LogEvent[]
let sent: { content: unknown; attempts: number; file: string | undefined }[]
let answer: () => Promise<void> | void
let outbox: Outbox

const notifier: Notifier = {
  name: 'fake',
  plan: async () => [],
  deliver: async ({ content, attempts, attachments }: Delivery) => {
    const [file] = attachments
    sent.push({ content, attempts, file: file && readFileSync(file.path, 'utf8') })
    await answer()
  },
}

function open(limits: { maxDeliveries?: number; maxBytes?: number } = {}): void {
  store = openStore({ dataDir, clock: time.clock, log: silentLog })
  outbox = new Outbox({
    folder: join(dataDir, 'outbox'),
    rows: store.deliveries,
    notifiers: [notifier],
    clock: time.clock,
    timers: time,
    note: (event) => notes.push(event),
    log: silentLog,
    ...limits,
  })
  outbox.start()
}

/** Lets promises run to their ends. */
const settle = () => new Promise((done) => setTimeout(done, 10))

async function advance(ms: number): Promise<void> {
  time.advance(ms)
  await settle()
}

function put(content: unknown, text?: string, expiresMs = 1e12): void {
  const path = join(outbox.folders.workshop, `${content}`)
  if (text !== undefined) writeFileSync(path, text)
  const attachments = text === undefined ? [] : [{ name: 'a.jpg', type: 'image/jpeg', path }]
  outbox.add('fake', { content, attachments, expiresMs })
}

const files = () =>
  readdirSync(join(dataDir, 'outbox')).filter((name) => name !== 'making' && name !== 'rescued')

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'vedette-outbox-'))
  time = manualTime()
  notes = []
  sent = []
  answer = () => undefined
  open()
})
afterEach(async () => {
  await outbox.stop()
  store.close()
  rmSync(dataDir, { recursive: true, force: true })
})

test('a delivery goes out at once with its file, and is gone then', async () => {
  put('one', 'picture')
  await settle()
  assert.deepEqual(sent, [{ content: 'one', attempts: 0, file: 'picture' }])
  assert.deepEqual(files(), [])
  assert.deepEqual(store.deliveries.all(), [])
  assert.deepEqual(notes, [])
})

test('deliveries of a notifier go out one after the other in their order', async () => {
  let release = () => {}
  answer = () => new Promise<void>((done) => (release = done))
  put('one')
  put('two')
  await settle()
  assert.equal(sent.length, 1)
  release()
  await settle()
  assert.deepEqual(
    sent.map(({ content }) => content),
    ['one', 'two'],
  )
  release()
  await settle()
})

test('what fails is tried again after growing pauses; the log tells the cause once, and the recovery', async () => {
  answer = () => {
    throw new CameraError('connect-failed', 'nobody there')
  }
  put('one', 'picture')
  await settle()
  for (const pause of [5000, 15_000, 45_000]) {
    const before = sent.length
    await advance(pause - 1)
    assert.equal(sent.length, before)
    await advance(1)
    assert.equal(sent.length, before + 1)
  }
  put('two')
  assert.deepEqual(notes, [
    { type: 'network', detail: 'fake: a message could not be delivered and is tried again: nobody there' },
  ])
  answer = () => undefined
  await advance(pauseAfter(4))
  await advance(1)
  assert.equal(outbox.size, 0)
  assert.equal(notes.at(-1)?.detail, 'fake: messages are delivered again')
  assert.deepEqual(files(), [])
})

test('the pause never grows beyond a quarter of an hour', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 100].map(pauseAfter),
    [5, 15, 45, 135, 405, 900, 900].map((s) => s * 1000),
  )
})

test('what waits survives a restart, with its file and its pause; files nobody knows go', async () => {
  answer = () => {
    throw new CameraError('timeout', 'silence')
  }
  put('one', 'picture')
  await settle()
  const before = outbox
  await before.stop()
  store.close()
  writeFileSync(join(dataDir, 'outbox', 'stray'), 'x')
  writeFileSync(join(before.folders.workshop, 'half'), 'x')
  answer = () => undefined
  open()
  await settle()
  assert.equal(sent.length, 1)
  assert.ok(!existsSync(join(dataDir, 'outbox', 'stray')))
  assert.deepEqual(readdirSync(outbox.folders.workshop), [])
  assert.deepEqual(readdirSync(outbox.folders.rescued), ['half'])
  await advance(5000)
  assert.deepEqual(sent.at(-1), { content: 'one', attempts: 1, file: 'picture' })
  assert.deepEqual(files(), [])
})

test('what the receiver refuses is dropped, and the log tells why', async () => {
  answer = () => {
    throw new Refused('no such user')
  }
  put('one', 'picture')
  await settle()
  assert.equal(outbox.size, 0)
  assert.deepEqual(files(), [])
  assert.match(notes[0]!.detail, /refused and will not be sent: no such user/)
})

test('what is too old is dropped; a clock that jumps ahead makes nothing old', async () => {
  answer = () => {
    throw new CameraError('timeout', 'silence')
  }
  put('short', undefined, time.clock.wallMs() + 10_000)
  await settle()
  await advance(5000)
  assert.equal(outbox.size, 1)
  await advance(20_000)
  assert.equal(outbox.size, 0)
  assert.match(notes.at(-1)!.detail, /could not be delivered in time/)
})

test('when too much is waiting the oldest goes', async () => {
  await outbox.stop()
  store.close()
  open({ maxDeliveries: 2 })
  answer = () => {
    throw new CameraError('timeout', 'silence')
  }
  put('one', 'a')
  await settle()
  put('two', 'b')
  put('three', 'c')
  assert.deepEqual(
    store.deliveries.all().map(({ content }) => content),
    ['two', 'three'],
  )
  assert.equal(files().length, 2)
  assert.match(notes.at(-1)!.detail, /the oldest message is dropped/)
})
