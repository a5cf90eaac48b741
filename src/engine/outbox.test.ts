import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StreamName } from '../media/packet.ts'
import { Outbox } from './outbox.ts'
import type { EngineEvent } from './protocol.ts'

function rig() {
  const written: EngineEvent[] = []
  const confirm: (() => void)[] = []
  const needed: StreamName[] = []
  const outbox = new Outbox(
    (event, done) => {
      written.push(event)
      confirm.push(done)
    },
    (stream) => needed.push(stream),
  )
  const picture = (isKey: boolean) => {
    const packet = { track: 'video', data: new Uint8Array(), pts90k: 0, dts90k: 0, isKey, wallMs: 0 } as const
    outbox.send({ type: 'packet', stream: 'main', packet })
  }
  const takeAll = () => {
    for (const done of confirm.splice(0)) done()
  }
  return { outbox, written, needed, picture, takeAll }
}

test('holds a bounded number of packets for a camera that takes none', () => {
  const { picture, written, outbox } = rig()
  for (let count = 0; count < 5000; count += 1) picture(false)
  assert.ok(written.length < 1000)
  outbox.send({ type: 'beat' })
  assert.equal(written.at(-1)?.type, 'beat')
})

test('goes on with a key picture, which it asks for', () => {
  const { picture, written, needed, takeAll } = rig()
  for (let count = 0; count < 5000; count += 1) picture(false)
  takeAll()
  assert.deepEqual(needed, ['main'])
  const before = written.length
  picture(false)
  assert.equal(written.length, before)
  picture(true)
  picture(false)
  assert.equal(written.length, before + 2)
})
