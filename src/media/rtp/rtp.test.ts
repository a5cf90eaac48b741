import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../base/errors.ts'
import { joinAvcc } from '../codec/h264.ts'
import { picture, sampleFormat, sound } from '../test-packets.ts'
import { aacPayloads } from './aac-payload.ts'
import { h264Payloads, readH264Payloads } from './h264-payload.ts'
import { isReceiverReport, writeGoodbye, writeSenderReport } from './rtcp.ts'
import { readRtpPacket } from './rtp-packet.ts'
import { writeSdp } from './sdp.ts'
import { MAX_PACKET_BYTES, randomIdentity, TrackSender } from './track-sender.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const joined = (payloads: readonly (readonly Uint8Array[])[]): Buffer[] =>
  payloads.map((pieces) => Buffer.concat(pieces))

/** A NAL unit of a type that RTP does not use for itself. */
const unit = fc
  .tuple(fc.integer({ min: 1, max: 23 }), fc.nat(3), fc.uint8Array({ maxLength: 5000 }))
  .map(([type, importance, rest]) => Buffer.from([(importance << 5) | type, ...rest]))

test('what is cut into payloads comes together again, whatever the size', () => {
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 8 }), fc.integer({ min: 8, max: 2000 }), (units, maxBytes) => {
      const accessUnit = joinAvcc(units)
      const payloads = joined(h264Payloads(accessUnit, maxBytes))
      assert.ok(payloads.every(({ length }) => length > 0 && length <= maxBytes))
      assert.equal(hex(readH264Payloads(payloads)), hex(accessUnit))
    }),
  )
})

test('small units share a packet, a large one is cut: RFC 6184 §5.7.1 and §5.8', () => {
  const units = [Buffer.of(0x67, 1, 2), Buffer.of(0x68, 3), Buffer.of(0x65, 4, 5, 6, 7, 8, 9, 10, 11, 12)]
  const cut = (maxBytes: number) => joined(h264Payloads(joinAvcc(units), maxBytes)).map(hex)
  assert.deepEqual(cut(10), ['780003670102' + '00026803', '65' + '0405060708090a0b0c'])
  assert.deepEqual(cut(9), ['670102', '6803', '7c850405060708090a', '7c450b0c'])
})

test('payloads that were not made here are read or refused, nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 6 }), (payloads) => {
      try {
        readH264Payloads(payloads.map((payload) => Buffer.from(payload)))
      } catch (error) {
        assert.ok(error instanceof ParseError)
      }
    }),
  )
})

test('sound stands behind its size, in as many packets as it needs (RFC 3640 §3.3.6)', () => {
  assert.deepEqual(joined(aacPayloads(Buffer.of(1, 2, 3), 100)).map(hex), ['00100018010203'])
  const long = Buffer.alloc(3000, 7)
  const payloads = joined(aacPayloads(long, 1388))
  assert.ok(payloads.every(({ length }) => length <= 1388))
  assert.equal(hex(Buffer.concat(payloads.map((payload) => payload.subarray(4)))), hex(long))
  assert.ok(payloads.every((payload) => payload.readUInt16BE(2) >> 3 === 3000))
})

test('packets are numbered over pictures, dated like them, and the last of each is marked', () => {
  const identity = { ssrc: 0x01020304, timeOffset: 2 ** 32 - 3000 }
  const sender = new TrackSender('video', identity, 'name')
  const first = sender.sequence
  const data = joinAvcc([Buffer.alloc(4000, 0x65)])
  const packets = [0, 1].flatMap((index) =>
    sender.packets({ ...picture(index), data }, 4).map((pieces) => {
      const bytes = Buffer.concat(pieces).subarray(4)
      assert.ok(bytes.length <= MAX_PACKET_BYTES)
      return readRtpPacket(bytes).header
    }),
  )
  assert.deepEqual(
    packets.map(({ marker }) => marker),
    [false, false, true, false, false, true],
  )
  assert.deepEqual(
    packets.map(({ sequence }) => (sequence - first + 65_536) % 65_536),
    [0, 1, 2, 3, 4, 5],
  )
  // The time wraps.
  assert.deepEqual([packets[0]!.timestamp, packets[5]!.timestamp], [2 ** 32 - 3000, 3000])
  assert.ok(packets.every(({ ssrc, payloadType }) => ssrc === 0x01020304 && payloadType === 96))
})

test('sound is dated in samples', () => {
  const sender = new TrackSender('audio', { ssrc: 1, timeOffset: 0 }, 'name')
  sender.clockRate = 16_000
  const [pieces] = sender.packets(sound(90_000), 0)
  assert.equal(readRtpPacket(Buffer.concat(pieces!)).header.timestamp, 16_000)
})

test('a sender report ties the time of day to that of the stream, each 5 s', () => {
  const sender = new TrackSender('video', { ssrc: 1, timeOffset: 100 }, 'name')
  const at = (index: number) => ({ ...picture(index), wallMs: 1_700_000_000_250 + (index * 1000) / 15 })
  const due = Array.from({ length: 151 }, (_, index) => sender.dueReport(at(index)) !== undefined)
  assert.deepEqual(
    due.flatMap((isDue, index) => (isDue ? [index] : [])),
    [0, 75, 150],
  )
  assert.equal(sender.report(), undefined)
  sender.packets({ ...at(0), data: joinAvcc([Buffer.of(0x65, 1, 2)]) }, 0)
  const report = sender.report()!
  assert.equal(report.readUInt32BE(8), 1_700_000_000 + 2_208_988_800)
  assert.equal(report.readUInt32BE(12), 2 ** 30)
  assert.equal(report.readUInt32BE(16), 100)
  assert.deepEqual([report.readUInt32BE(20), report.readUInt32BE(24)], [1, 3])
})

test('RTCP packets are whole words, each as long as it says (RFC 3550 §6.1)', () => {
  const report = { ssrc: 1, wallMs: 0, rtpTimestamp: 0, packets: 2 ** 33, bytes: 2 ** 33 }
  for (const name of ['', 'a', 'ab', 'abc', 'abcd', 'vedette']) {
    for (const bytes of [writeSenderReport(report, name), writeGoodbye(1, name)]) {
      let at = 0
      while (at < bytes.length) at += (bytes.readUInt16BE(at + 2) + 1) * 4
      assert.equal(at, bytes.length)
    }
  }
  assert.ok(isReceiverReport(Buffer.from('80c9000100000001', 'hex')))
  assert.ok(!isReceiverReport(Buffer.from('80c8000100000001', 'hex')))
  assert.ok(!isReceiverReport(Buffer.from('80c9', 'hex')))
})

test('two streams are not mistaken for one', () => {
  assert.notEqual(randomIdentity().ssrc, randomIdentity().ssrc)
})

test('the description tells what a decoder needs', () => {
  const options = { address: '192.0.2.1', version: 7, name: 'x', range: 'npt=now-' }
  const text = writeSdp({ format: sampleFormat({ audio: true }), ...options })
  assert.deepEqual(text.split('\r\n'), [
    'v=0',
    'o=- 7 7 IN IP4 192.0.2.1',
    's=x',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    'm=video 0 RTP/AVP 96',
    'b=AS:2048',
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 packetization-mode=1;profile-level-id=4D001F;sprop-parameter-sets=Z00AHwEC,aAME',
    'a=framerate:15',
    'a=control:trackID=0',
    'm=audio 0 RTP/AVP 97',
    'b=AS:32',
    'a=rtpmap:97 MPEG4-GENERIC/16000/1',
    'a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1408',
    'a=control:trackID=1',
    '',
  ])
  assert.match(writeSdp({ format: sampleFormat(), ...options, address: '::1' }), /IN IP6 ::1\r\n/)
  assert.doesNotMatch(writeSdp({ format: sampleFormat(), ...options }), /m=audio/)
})

test('a description is lines of one letter and a value, whatever the format', () => {
  const bytes = fc.uint8Array({ minLength: 4, maxLength: 40 })
  fc.assert(
    fc.property(bytes, bytes, fc.double(), fc.integer(), (sps, pps, frameRate, rateKbps) => {
      const { video } = sampleFormat()
      const format = { video: { ...video, sps, pps, frameRate, rateKbps }, audio: undefined }
      const text = writeSdp({ format, address: '::1', version: 1, name: 'x', range: 'npt=now-' })
      const lines = text.split('\r\n').slice(0, -1)
      assert.ok(
        lines.every((line) => /^[a-z]=[ -~]+$/.test(line)),
        text,
      )
      const [, sets] = /sprop-parameter-sets=(.*)/.exec(text) ?? []
      const read = sets!.split(',').map((set) => hex(Buffer.from(set, 'base64')))
      assert.deepEqual(read, [hex(sps), hex(pps)])
    }),
  )
})

test('whatever comes is a plain RTP packet or refused, with or without an extension', () => {
  const head = fc.constantFrom(0x80, 0x90, 0xb0, 0x00)
  fc.assert(
    fc.property(head, fc.uint8Array({ maxLength: 60 }), (first, rest) => {
      const bytes = Buffer.from([first, ...rest])
      try {
        const { extension, payload } = readRtpPacket(bytes)
        assert.equal(12 + extension.length + payload.length, bytes.length)
      } catch (error) {
        assert.ok(error instanceof ParseError)
      }
    }),
  )
})
