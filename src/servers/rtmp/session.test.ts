import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate as settled } from 'node:timers/promises'
import type { Principal } from '../../auth/types.ts'
import { CameraError, ParseError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import { type AmfValue, writeAmf0 } from '../../media/container/amf0.ts'
import { FanOuts } from '../../media/fan-out.ts'
import { ViewerSlots } from '../../media/viewer-slots.ts'
import type { LiveViewOptions } from '../live-view.ts'
import { rtmpFraming } from './from-stream.ts'
import { MESSAGE } from './message.ts'
import { Session } from './session.ts'

/** A session whose logins fail when told to, in the order in which they were asked for. */
function setUp() {
  const logins: PromiseWithResolvers<Principal>[] = []
  const options: LiveViewOptions = {
    streams: { find: () => undefined },
    guard: {
      authenticate: () => {
        logins.push(Promise.withResolvers<Principal>())
        return logins.at(-1)!.promise
      },
      byToken: () => undefined,
    },
    slots: new ViewerSlots(),
    log: silentLog,
    mayView: () => true,
  }
  let writes = 0
  let ends = 0
  const socket = { writable: true, write: () => (writes += 1) } as unknown as Socket
  const peer = { socket, end: () => (ends += 1), playing: () => {} }
  const session = new Session(options, new FanOuts(rtmpFraming, options), peer)
  const command = (...values: readonly AmfValue[]): void =>
    session.receive({ type: MESSAGE.command, timestampMs: 0, streamId: 0, body: writeAmf0(...values) })
  const fail = (index: number): Promise<void> => {
    logins[index]!.reject(new CameraError('login-failed', 'wrong user or password'))
    return settled()
  }
  return { session, command, fail, ends: () => ends, writes: () => writes }
}

test('a play that another one has replaced fails without harm to that one', async () => {
  const { command, fail, ends } = setUp()
  command('connect', 1, { app: 'bcs' })
  command('play', 2, null, 'channel0_main.bcs?user=a&password=b')
  command('play', 3, null, 'channel0_main.bcs?user=a&password=c')
  await fail(0)
  assert.equal(ends(), 0)
  await fail(1)
  assert.equal(ends(), 1)
})

test('a play that fails after its client has gone says nothing and ends nothing', async () => {
  const { session, command, fail, ends, writes } = setUp()
  command('connect', 1, { app: 'bcs' })
  command('play', 2, null, 'channel0_main.bcs?user=a&password=b')
  const before = writes()
  session.close()
  await fail(0)
  assert.deepEqual([ends(), writes()], [0, before])
})

const LONG: readonly (readonly [string, (text: string) => readonly (readonly AmfValue[])[]])[] = [
  ['an application', (text) => [['connect', 1, { app: text }]]],
  ['a tcUrl', (text) => [['connect', 1, { app: 'bcs', tcUrl: text }]]],
  [
    'a play name',
    (text) => [
      ['connect', 1, { app: 'bcs' }],
      ['play', 2, null, text],
    ],
  ],
]

for (const [name, commands] of LONG) {
  test(`takes ${name} of 2 KiB and refuses a longer one`, () => {
    const send = (bytes: number): void => {
      const { command } = setUp()
      for (const values of commands('/'.repeat(bytes))) command(...values)
    }
    assert.doesNotThrow(() => send(2048))
    assert.throws(() => send(2049), ParseError)
  })
}
