import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../base/errors.ts'
import type { Packet } from '../packet.ts'
import { picture, sampleFormat, sound } from '../test-packets.ts'
import { type AmfObject, readAmf0 } from './amf0.ts'
import { flvFileHeader, flvFormatMessages, flvMessage, flvTag } from './flv.ts'
import { FlvReader, readFlvContent } from './flv-reader.ts'

const tagOf = (packet: Packet): Buffer => Buffer.concat(flvTag(flvMessage(packet)))

/** Packets whose wall clock is their time, as the reader gives them. */
const CASES: readonly (readonly [string, Packet, string])[] = [
  [
    'a key frame',
    { ...picture(15, true, 2), wallMs: 1000 },
    '09 000007 0003e8 00 000000 17 01 000000 0f0f 00000012',
  ],
  [
    'a picture shown later than decoded',
    { ...picture(15, false, 1), pts90k: 96_000, dts90k: 90_000, wallMs: 1000 },
    '09 000006 0003e8 00 000000 27 01 000043 0f 00000011',
  ],
  ['sound', { ...sound(180), wallMs: 2 }, '08 000005 000002 00 000000 af 01 010203 00000010'],
  [
    'a time beyond 24 bits',
    { ...sound(0x12345678 * 90), wallMs: 0x12345678 },
    '08 000005 345678 12 000000 af 01 010203 00000010',
  ],
]

for (const [name, packet, hex] of CASES) {
  test(`writes and reads ${name}`, () => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    assert.equal(tagOf(packet).toString('hex'), bytes.toString('hex'))
    const [tag] = new FlvReader().read(Buffer.concat([flvFileHeader(true), bytes]))
    const content = readFlvContent(tag!)
    assert.equal(content?.kind, 'packet')
    const read = content?.kind === 'packet' ? content.packet : undefined
    const expected = name.includes('later') ? { ...packet, pts90k: 90_000 + 67 * 90 } : packet
    assert.deepEqual({ ...read, data: Uint8Array.from(read!.data) }, expected)
  })
}

test('the file header tells whether there is audio', () => {
  assert.equal(flvFileHeader(false).toString('hex'), '464c5601010000000900000000')
  assert.equal(flvFileHeader(true).toString('hex'), '464c5601050000000900000000')
})

test('onMetaData names the audio codec only where there is audio', () => {
  const fields = (audio: boolean): AmfObject => {
    const [script] = flvFormatMessages(sampleFormat({ audio }), 5)
    return readAmf0(Buffer.concat(script!.body))[1] as AmfObject
  }
  assert.deepEqual(
    { ...fields(false) },
    { width: 1280, height: 720, framerate: 15, videocodecid: 7, videodatarate: 2048 },
  )
  assert.equal(fields(true).audiocodecid, 10)
  assert.equal(fields(true).audiosamplerate, 16_000)
})

test('sequence headers carry the parameter sets and the audio configuration', () => {
  const format = sampleFormat({ audio: true })
  const tags = flvFormatMessages(format, 5).flatMap(flvTag)
  const contents = new FlvReader().read(Buffer.concat([flvFileHeader(true), ...tags])).map(readFlvContent)
  assert.equal(contents[0], undefined)
  const [, video, audio] = contents
  assert.deepEqual(video?.kind === 'video-format' && Uint8Array.from(video.sets.sps), format.video.sps)
  assert.deepEqual(video?.kind === 'video-format' && Uint8Array.from(video.sets.pps), format.video.pps)
  assert.deepEqual(audio?.kind === 'audio-format' && Uint8Array.from(audio.config), format.audio?.config)
})

test('times wrap after 32 bits and never throw', () => {
  assert.equal(flvMessage(sound((2 ** 32 + 7) * 90)).timestampMs, 7)
  assert.equal(flvMessage(sound(0xffffffff * 90)).timestampMs, 0xffffffff)
  assert.doesNotThrow(() => tagOf(sound(0xffffffff * 90)))
})

test('reads the same tags however the bytes are cut', () => {
  const file = Buffer.concat([flvFileHeader(true), ...[picture(0, true), sound(50), picture(1)].map(tagOf)])
  const whole = new FlvReader().read(file)
  assert.equal(whole.length, 3)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: file.length }), { maxLength: 12 }), (cuts) => {
      const reader = new FlvReader()
      const borders = [0, ...cuts.toSorted((a, b) => a - b), file.length]
      const tags = borders.slice(1).flatMap((end, index) => reader.read(file.subarray(borders[index]!, end)))
      assert.deepEqual(tags, whole)
    }),
    { numRuns: 100 },
  )
})

test('a long tag in small pieces costs time in proportion to its length', () => {
  const file = Buffer.concat([flvFileHeader(true), tagOf(picture(0, true, 8 * 1024 * 1024))])
  const reader = new FlvReader()
  const started = performance.now()
  let tags = 0
  for (let offset = 0; offset < file.length; offset += 1024) {
    tags += reader.read(file.subarray(offset, offset + 1024)).length
  }
  assert.equal(tags, 1)
  assert.ok(performance.now() - started < 1000)
})

test('only ParseError escapes the reader, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, headed) => {
      try {
        new FlvReader().read(headed ? Buffer.concat([flvFileHeader(true), bytes]) : bytes).map(readFlvContent)
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})
