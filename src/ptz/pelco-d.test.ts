import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PelcoHead } from './pelco-d.ts'
import { type SerialSettings, sttyArguments } from './serial-line.ts'

const SETTINGS: SerialSettings = {
  baudRate: 2400,
  dataBits: 8,
  stopBits: 1,
  parity: 'none',
  flowControl: 'none',
  protocol: 'PELCO_D',
  address: 1,
}

async function written(act: (head: PelcoHead) => Promise<unknown>, settings: Partial<SerialSettings> = {}) {
  const frames: string[] = []
  const head = new PelcoHead({
    configure: async () => undefined,
    write: async (bytes) => {
      frames.push(Buffer.from(bytes).toString('hex'))
    },
    close: async () => undefined,
  })
  await head.configure({ ...SETTINGS, ...settings })
  await act(head)
  return frames
}

const place = { kind: 'pelco', preset: 12 } as const
for (const [name, act, frames] of [
  ['Left', (head) => head.turn({ pan: -1, tilt: 0 }, 32), ['ff0100041f0024']],
  ['Right', (head) => head.turn({ pan: 1, tilt: 0 }, 64), ['ff0100023f0042']],
  ['Up', (head) => head.turn({ pan: 0, tilt: -1 }, 1), ['ff010008000009']],
  ['Down', (head) => head.turn({ pan: 0, tilt: 1 }, 64), ['ff010010003f50']],
  ['RightDown', (head) => head.turn({ pan: 1, tilt: 1 }, 33), ['ff010012202053']],
  ['Stop', (head) => head.stop(), ['ff010000000001']],
  ['ZoomInc', (head) => head.zoom(1, 64), ['ff010025000329', 'ff010020000021']],
  ['ZoomDec', (head) => head.zoom(-1, 1), ['ff010025000026', 'ff010040000041']],
  ['FocusInc', (head) => head.focus(1, 32), ['ff010027000129', 'ff010080000081']],
  ['FocusDec', (head) => head.focus(-1, 32), ['ff010027000129', 'ff010100000002']],
  ['IrisInc', (head) => head.iris(1), ['ff010200000003']],
  ['IrisDec', (head) => head.iris(-1), ['ff010400000005']],
  ['storing preset 12', (head) => head.remember(12), ['ff010003000c10']],
  ['going to preset 12', (head) => head.goTo(place), ['ff010007000c14']],
  ['clearing preset 12', (head) => head.forget(place), ['ff010005000c12']],
  ['auto focus off', (head) => head.setAutoFocus(false), ['ff01002b00022e']],
  ['auto focus on, as it is', (head) => head.setAutoFocus(true), []],
] as const satisfies [string, (head: PelcoHead) => Promise<unknown>, string[]][]) {
  test(`Pelco-D: ${name}`, async () => {
    assert.deepEqual(await written(act), frames)
  })
}

test('Pelco-P: other frames for the same moves', async () => {
  const settings = { protocol: 'PELCO_P', address: 2 } as const
  assert.deepEqual(await written((head) => head.turn({ pan: -1, tilt: 0 }, 32), settings), [
    'a00100041f00af15',
  ])
  assert.deepEqual(await written((head) => head.iris(1), settings), ['a00104000000af0a'])
  const [, far] = await written((head) => head.focus(1, 32), settings)
  assert.equal(far, 'a00101000000af0f')
  assert.deepEqual(await written((head) => head.goTo(place), settings), ['a0010007000caf05'])
})

test('a place of another kind of head does not exist', async () => {
  const elsewhere = { kind: 'onvif', token: '1' } as const
  await assert.rejects(
    written((head) => head.goTo(elsewhere)),
    { kind: 'not-exist' },
  )
})

test('all settings of the line reach stty', () => {
  const words = sttyArguments({ ...SETTINGS, dataBits: 7, stopBits: 2, parity: 'odd', flowControl: 'hard' })
  const wanted = ['2400', 'cs7', 'parenb', 'parodd', 'cstopb', 'crtscts', '-ixon', '-ixoff']
  assert.deepEqual(words.slice(-8), wanted)
  assert.ok(words.indexOf('raw') < words.indexOf('cs7'))
  const even = sttyArguments({ ...SETTINGS, parity: 'even' })
  assert.ok(even.includes('parenb') && even.includes('-parodd'))
})
