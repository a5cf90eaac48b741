import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CameraError } from '../base/errors.ts'
import { PendingSnapshots } from './pending-snapshots.ts'
import type { EngineRequest } from './protocol.ts'

const jpeg = Uint8Array.of(0xff, 0xd8)
const idOf = (request: EngineRequest | undefined) => (request?.type === 'snapshot' ? request.id : -1)

test('gives everyone their own picture', async () => {
  const pending = new PendingSnapshots()
  const sent: EngineRequest[] = []
  const answers = [{}, { width: 320 }].map((size) =>
    pending.ask({ stream: 'main', ...size }, (request) => sent.push(request)),
  )
  await Promise.resolve()
  pending.resolve(idOf(sent[1]), Uint8Array.of(2))
  pending.resolve(idOf(sent[0]), Uint8Array.of(1))
  assert.deepEqual(await Promise.all(answers), [Uint8Array.of(1), Uint8Array.of(2)])
})

test('gives up after five seconds', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const pending = new PendingSnapshots()
  let request: EngineRequest | undefined
  const answer = pending.ask({ stream: 'main' }, (sent) => {
    request = sent
  })
  t.mock.timers.tick(5000)
  await assert.rejects(answer, { kind: 'timeout' })
  pending.resolve(idOf(request), jpeg)
})

test('refuses sizes that no picture has', async () => {
  const pending = new PendingSnapshots()
  for (const size of [{ width: 15 }, { height: 4097 }, { width: 100.5 }, { height: Number.NaN }]) {
    await assert.rejects(
      pending.ask({ stream: 'main', ...size }, () => assert.fail()),
      { kind: 'bad-value' },
    )
  }
})

test('fails all when the engine ends, and at once when there is none', async () => {
  const pending = new PendingSnapshots()
  const answer = pending.ask({ stream: 'sub' }, () => {})
  pending.failAll()
  await assert.rejects(answer, { kind: 'get-failed' })
  const none = pending.ask({ stream: 'sub' }, () => {
    throw new CameraError('get-failed', 'no engine')
  })
  await assert.rejects(none, { kind: 'get-failed' })
})

test('keeps no more than a few requests', async () => {
  const pending = new PendingSnapshots()
  const answers = Array.from({ length: 40 }, () =>
    pending.ask({ stream: 'main' }, () => {}).catch((error: CameraError) => error.kind),
  )
  pending.failAll()
  assert.deepEqual(new Set(await Promise.all(answers)), new Set(['get-failed']))
})
