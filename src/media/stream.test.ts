import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import type { Packet, StreamFormat } from './packet.ts'
import { Stream, type StreamReader } from './stream.ts'
import { picture, sampleFormat, sound } from './test-packets.ts'

function setUp() {
  const calls: string[] = []
  const clock = manualClock()
  const hooks = {
    wanted: (wanted: boolean) => calls.push(`wanted ${wanted}`),
    keyFrame: () => calls.push('key'),
  }
  return { stream: new Stream('main', hooks, clock), calls, clock }
}

function recorder(): StreamReader & { seen: (Packet | StreamFormat)[] } {
  const seen: (Packet | StreamFormat)[] = []
  return { seen, format: (format) => seen.push(format), packet: (packet) => seen.push(packet) }
}

const format = sampleFormat()

test('gives a reader that joins the format and the packets since the last key frame', () => {
  const { stream } = setUp()
  stream.setFormat(format)
  const packets = [picture(0, true), picture(1), picture(2, true), sound(12_500), picture(3)]
  for (const packet of packets) stream.write(packet)
  const reader = recorder()
  stream.join(reader)
  assert.deepEqual(reader.seen, [format, ...packets.slice(2)])
  stream.write(picture(4))
  assert.deepEqual(reader.seen.at(-1), picture(4))
})

test('asks for a key frame when a reader joins and no group is cached, and starts with that frame', () => {
  const { stream, calls } = setUp()
  const reader = recorder()
  stream.join(reader)
  assert.deepEqual(calls, ['wanted true', 'key'])
  stream.setFormat(format)
  stream.write(sound(0))
  stream.write(picture(1))
  stream.write(picture(2, true))
  assert.deepEqual(reader.seen, [format, picture(2, true)])
})

test('says once that it is wanted and once that it is not, whoever wants it', () => {
  const { stream, calls } = setUp()
  const release = stream.hold()
  const leave = stream.join(recorder())
  release()
  release()
  assert.deepEqual(calls, ['wanted true', 'key'])
  leave()
  leave()
  assert.deepEqual(calls, ['wanted true', 'key', 'wanted false'])
})

test('passes over packets between a new format and its first key frame', () => {
  const { stream } = setUp()
  stream.setFormat(format)
  const reader = recorder()
  stream.join(reader)
  stream.write(picture(0, true))
  const other = sampleFormat({ width: 640 })
  stream.setFormat(other)
  stream.write(picture(1))
  stream.write(picture(2, true))
  assert.deepEqual(reader.seen, [format, picture(0, true), other, picture(2, true)])
})

test('does not start anybody with pictures of a stream that stood still', () => {
  const { stream, calls, clock } = setUp()
  stream.setFormat(format)
  stream.write(picture(0, true))
  clock.advance(1500)
  const reader = recorder()
  stream.join(reader)
  stream.write(picture(1))
  assert.deepEqual(reader.seen, [format])
  assert.equal(calls.at(-1), 'key')
})

test('forgets a group that grows beyond its bound until the next key frame', () => {
  const { stream } = setUp()
  stream.setFormat(format)
  stream.write(picture(0, true, 5 * 1024 * 1024))
  stream.write(picture(1, false, 5 * 1024 * 1024))
  const reader = recorder()
  stream.join(reader)
  assert.deepEqual(reader.seen, [format])
  stream.write(picture(2, true))
  assert.equal(reader.seen.length, 2)
})

test('a reader that left gets nothing any more', () => {
  const { stream } = setUp()
  stream.setFormat(format)
  const reader = recorder()
  const leave = stream.join(reader)
  leave()
  stream.write(picture(0, true))
  assert.deepEqual(reader.seen, [format])
})
