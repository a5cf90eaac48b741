import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Frame } from 'node-av/lib'
import { createFrame } from '../picture/blank-frame.ts'
import { FrameQueue } from './frame-queue.ts'

const SIZE = { width: 16, height: 16 }

/** A frame that is known by its number, and free once it is empty. */
function numbered(number: number): Frame {
  const frame = createFrame(SIZE)
  frame.pts = BigInt(number)
  return frame
}

test('gives the newest picture whose time has come', () => {
  const queue = new FrameQueue()
  const at = (nowMs: number) => queue.at(nowMs)?.pts
  for (const time of [100, 140, 180]) queue.push(numbered(time), time)
  assert.deepEqual([at(99), at(100), at(139), at(185)], [undefined, 100n, 100n, 180n])
  queue.clear()
  assert.equal(at(1000), undefined)
})

test('changes its version only with the picture', () => {
  const queue = new FrameQueue()
  queue.push(numbered(1), 100)
  queue.push(numbered(2), 200)
  const versions = [100, 150, 200].map((nowMs) => {
    queue.at(nowMs)
    return queue.version
  })
  assert.ok(versions[0] === versions[1] && versions[1] !== versions[2])
  queue.clear()
})

test('pushes the oldest out and frees it when more come than it holds', () => {
  const queue = new FrameQueue()
  const frames = Array.from({ length: 100 }, (_, index) => numbered(index))
  for (const [index, frame] of frames.entries()) queue.push(frame, 1_000_000 + index)
  assert.ok(frames.filter((frame) => frame.width === SIZE.width).length < 20)
  queue.clear()
})
