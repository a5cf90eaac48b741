import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../base/errors.ts'
import { readAvcConfig, writeAvcConfig } from './avc-config.ts'

const MAIN = { sps: Uint8Array.of(0x67, 77, 0x40, 31), pps: Uint8Array.of(0x68, 9) }
const HIGH = { sps: Uint8Array.of(0x67, 100, 0, 40), pps: Uint8Array.of(0x68) }

test('states profile, level and parameter sets', () => {
  assert.equal(writeAvcConfig(MAIN).toString('hex'), '014d401fffe1000467' + '4d401f010002' + '6809')
})

test('adds the sample format for the High profile', () => {
  assert.equal(writeAvcConfig(HIGH).subarray(-4).toString('hex'), 'fdf8f800')
})

test('reads what it wrote', () => {
  for (const sets of [MAIN, HIGH]) {
    const read = readAvcConfig(writeAvcConfig(sets))
    assert.deepEqual([...read.sps, ...read.pps], [...sets.sps, ...sets.pps])
  }
})

test('only ParseError escapes, whatever the bytes', () => {
  const cutOrChanged = fc.tuple(fc.nat(30), fc.nat(20), fc.nat(255))
  fc.assert(
    fc.property(cutOrChanged, ([length, place, value]) => {
      const record = writeAvcConfig(HIGH).subarray(0, length)
      if (place < record.length) record[place] = value
      try {
        readAvcConfig(record)
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})
