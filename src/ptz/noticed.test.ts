import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Head, Place } from './head.ts'
import { NoticedHead } from './noticed.ts'

const PLACE: Place = { kind: 'pelco', preset: 1 }

function noticed() {
  const told: number[] = []
  const head: Head = {
    turn: async () => undefined,
    zoom: async () => undefined,
    focus: async () => undefined,
    iris: async () => undefined,
    stop: async () => undefined,
    lensTo: async () => undefined,
    remember: async () => PLACE,
    forget: async () => undefined,
    goTo: async () => 5000,
    setAutoFocus: async () => undefined,
    pose: () => undefined,
    close: async () => undefined,
  }
  return { head: new NoticedHead(head, (forMs) => told.push(forMs)), told }
}

test('a drive is told to last until it is stopped, and a little longer', async () => {
  const { head, told } = noticed()
  await head.turn({ pan: 1, tilt: 0 }, 32)
  await head.zoom(1, 32)
  await head.focus(1, 32)
  await head.iris(1, 32)
  assert.ok(told.every((forMs) => forMs > 60_000))
  await head.stop()
  assert.ok(told.at(-1)! < 5000)
})

test('the way to a place is told to last as long as it takes', async () => {
  const { head, told } = noticed()
  await head.goTo(PLACE, 32)
  assert.ok(told.at(-1)! > 5000 && told.at(-1)! < 10_000)
  assert.deepEqual(await head.remember(1), PLACE)
})
