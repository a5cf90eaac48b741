import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStreamName } from './stream-request.ts'

const CASES: readonly (readonly [string, string | undefined])[] = [
  ['channel0_main.bcs', '0 main'],
  ['channel0_sub.bcs', '0 sub'],
  ['channel12_ext.bcs', '12 ext'],
  ['channel0_0.bcs', '0 main'],
  ['channel0_1.bcs', '0 sub'],
  ['channel0_2.bcs', '0 ext'],
  ['channel0_main', '0 main'],
  [' Channel0_MAIN.BCS ', '0 main'],
  ['channel0_3.bcs', undefined],
  ['channel_main.bcs', undefined],
  ['channel0_main.flv', undefined],
  ['channel1234_main.bcs', undefined],
  ['xchannel0_main.bcs', undefined],
  ['', undefined],
]

for (const [text, expected] of CASES) {
  test(`reads "${text}" as ${expected ?? 'no stream'}`, () => {
    const request = parseStreamName(text)
    assert.equal(request && `${request.channel} ${request.name}`, expected)
  })
}
