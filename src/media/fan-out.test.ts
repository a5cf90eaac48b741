import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { FanOut, type Framing, type ViewerSocket } from './fan-out.ts'
import { Stream } from './stream.ts'
import { picture, sampleFormat, sound } from './test-packets.ts'
import { ViewerSlots } from './viewer-slots.ts'

/** One letter for each thing, so that what a viewer got reads as a word. */
const framing: Framing = {
  opening: () => [Buffer.from('O')],
  format: ({ video }) => [Buffer.from(video.width === 1280 ? 'F' : 'f')],
  packet: ({ track, isKey }) => [Buffer.from(track === 'audio' ? 'a' : isKey ? 'K' : 'p')],
}

/** A socket whose peer reads only when told to. */
class FakeSocket extends EventEmitter implements ViewerSocket {
  writableLength = 0
  destroyed = false
  received = ''
  writes = 0
  timeoutMs = 0
  #corked = 0
  write(bytes: Uint8Array): boolean {
    this.received += Buffer.from(bytes).toString()
    if (this.#corked === 0) this.writes += 1
    return true
  }
  cork(): void {
    this.#corked += 1
  }
  uncork(): void {
    this.#corked -= 1
    if (this.#corked === 0) this.writes += 1
  }
  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
  setNoDelay(): void {}
  setTimeout(timeoutMs: number): void {
    this.timeoutMs = timeoutMs
  }
}

function setUp(slots = new ViewerSlots()) {
  let keyFrames = 0
  let built = 0
  const stream = new Stream('main', { wanted: () => {}, keyFrame: () => (keyFrames += 1) }, manualClock())
  const counted: Framing = {
    ...framing,
    packet: (packet) => {
      built += 1
      return framing.packet(packet)
    },
  }
  const options = { slots, log: silentLog, queueLimitBytes: 800, stallMs: 10_000 }
  const fanOut = new FanOut(stream, counted, options)
  stream.setFormat(sampleFormat())
  return { stream, fanOut, keyFrames: () => keyFrames, built: () => built }
}

function join(fanOut: FanOut, greeting = ''): FakeSocket & { leave?: () => void } {
  const socket: FakeSocket & { leave?: () => void } = new FakeSocket()
  const leave = fanOut.add(socket, Buffer.from(greeting))
  if (leave !== undefined) socket.leave = leave
  return socket
}

test('starts a viewer with greeting, format and cached group in one write', () => {
  const { stream, fanOut } = setUp()
  stream.write(picture(0, true))
  stream.write(picture(1))
  const first = join(fanOut, 'hello ')
  assert.equal(first.received, 'hello OFKp')
  assert.equal(first.writes, 1)
  stream.write(picture(2))
  assert.equal(join(fanOut).received, 'OFKpp')
})

test('greets a viewer at once and waits for the key frame where nothing is cached', () => {
  const { stream, fanOut, keyFrames } = setUp()
  const viewer = join(fanOut, 'hello ')
  assert.equal(viewer.received, 'hello ')
  assert.equal(keyFrames(), 1)
  stream.write(picture(1))
  stream.write(picture(2, true))
  assert.equal(viewer.received, 'hello OFK')
})

test('frames a packet once however many watch, and never while nobody does', () => {
  const { stream, fanOut, built } = setUp()
  stream.write(picture(0, true))
  assert.equal(built(), 0)
  const viewers = [join(fanOut), join(fanOut), join(fanOut)]
  stream.write(picture(1))
  assert.equal(built(), 2)
  for (const viewer of viewers) viewer.leave?.()
  stream.write(picture(2))
  assert.equal(built(), 2)
})

test('sends audio together with the next picture in one write', () => {
  const { stream, fanOut } = setUp()
  stream.write(picture(0, true))
  const viewer = join(fanOut)
  stream.write(sound(1000))
  assert.equal(viewer.received, 'OFK')
  stream.write(picture(1))
  assert.equal(viewer.received, 'OFKap')
  assert.equal(viewer.writes, 2)
})

test('does not hold audio longer than 100 ms when no picture comes', () => {
  const { stream, fanOut } = setUp()
  stream.write(picture(0, true))
  const viewer = join(fanOut)
  stream.write(sound(0))
  stream.write(sound(5760))
  assert.equal(viewer.received, 'OFK')
  stream.write(sound(11_520))
  assert.equal(viewer.received, 'OFKaaa')
})

test('cuts a slow viewer back to a key frame after its queue has drained; the others lose nothing', () => {
  const { stream, fanOut } = setUp()
  stream.write(picture(0, true))
  const slow = join(fanOut)
  const good = join(fanOut)
  slow.writableLength = 801
  stream.write(picture(1))
  stream.write(picture(2, true))
  assert.equal(slow.received, 'OFK')
  assert.equal(fanOut.droppedFrames, 2)
  slow.writableLength = 0
  stream.write(picture(3))
  assert.equal(slow.received, 'OFK')
  stream.write(picture(4, true))
  stream.write(picture(5))
  assert.equal(slow.received, 'OFKFKp')
  assert.equal(good.received, 'OFKpKpKp')
  assert.equal(fanOut.droppedFrames, 3)
})

test('does not hold the cached group against a viewer that has just joined', () => {
  const { stream, fanOut } = setUp()
  stream.write(picture(0, true))
  const viewer = new FakeSocket()
  viewer.setNoDelay = () => {
    // All that is sent on joining stays in the queue.
    viewer.writableLength = 5000
  }
  fanOut.add(viewer, Buffer.alloc(0))
  viewer.writableLength = 5800
  stream.write(picture(1))
  assert.equal(viewer.received, 'OFKp')
  viewer.writableLength = 800
  stream.write(picture(2))
  viewer.writableLength = 801
  stream.write(picture(3))
  assert.equal(viewer.received, 'OFKpp')
  assert.equal(fanOut.droppedFrames, 1)
})

test('has the socket watched while bytes are queued, and closes it when it takes none', () => {
  const { stream, fanOut } = setUp()
  stream.write(picture(0, true))
  const viewer = join(fanOut)
  viewer.writableLength = 10
  stream.write(picture(1))
  assert.equal(viewer.timeoutMs, 10_000)
  viewer.writableLength = 0
  viewer.emit('timeout')
  assert.equal(viewer.destroyed, false)
  stream.write(picture(2))
  assert.equal(viewer.timeoutMs, 0)
  viewer.writableLength = 10
  stream.write(picture(3))
  viewer.emit('timeout')
  assert.equal(viewer.destroyed, true)
  assert.equal(fanOut.viewers, 0)
})

test('keeps its viewers over a new format and sends them its header with the next key frame', () => {
  const { stream, fanOut } = setUp()
  stream.write(picture(0, true))
  const viewer = join(fanOut)
  stream.setFormat(sampleFormat({ width: 640 }))
  stream.write(picture(1))
  stream.write(picture(2, true))
  stream.write(picture(3))
  assert.equal(viewer.received, 'OFKfKp')
})

test('refuses a viewer when all slots are taken, over all protocols, until one is free', () => {
  const slots = new ViewerSlots(1)
  const one = setUp(slots)
  const other = setUp(slots)
  const viewer = join(one.fanOut)
  assert.equal(other.fanOut.add(new FakeSocket(), Buffer.from('hello')), undefined)
  viewer.destroy()
  assert.equal(slots.used, 0)
  assert.notEqual(other.fanOut.add(new FakeSocket(), Buffer.from('hello')), undefined)
})
