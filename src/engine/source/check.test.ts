import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkSource } from './check.ts'

const refusal = (message: RegExp) => ({ name: 'CameraError', kind: 'open-failed', message })

test('accepts a file that can be read', () => {
  const path = fileURLToPath(import.meta.url)
  assert.deepEqual(checkSource(`file:${path}`), { kind: 'file', path })
})

test('refuses a file that is missing', () => {
  assert.throws(
    () => checkSource('file:/no/such/clip.mp4'),
    refusal(/clip\.mp4 cannot be read: it does not exist/),
  )
})

test('refuses a path through something that is no folder', () => {
  assert.throws(
    () => checkSource(`file:${fileURLToPath(import.meta.url)}/clip.mp4`),
    refusal(/cannot be read/),
  )
})

test('refuses a folder as file and a file as device', () => {
  assert.throws(() => checkSource(`file:${tmpdir()}`), refusal(/is not a file/))
  assert.throws(() => checkSource(`v4l2:${fileURLToPath(import.meta.url)}`), refusal(/is not a device/))
})

test('does not ask the network', () => {
  assert.equal(checkSource('rtsp://192.0.2.1/live').kind, 'network')
})
