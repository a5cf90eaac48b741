/** RTCP (RFC 3550 §6): sender reports and goodbyes that go out, and a look at what comes in. Pure. */

const VERSION_2 = 2 << 6
const SENDER_REPORT = 200
const RECEIVER_REPORT = 201
const SOURCE_DESCRIPTION = 202
const GOODBYE = 203
const CNAME = 1
/** Seconds between 1900, where NTP counts from, and 1970. */
const NTP_EPOCH_SECONDS = 2_208_988_800

export interface SenderReport {
  readonly ssrc: number
  /** Camera's clock at `rtpTimestamp`, milliseconds since 1970. */
  readonly wallMs: number
  readonly rtpTimestamp: number
  readonly packets: number
  /** Of payload. */
  readonly bytes: number
}

/** A sender report and the name that ties the tracks of one camera together (RFC 3550 §6.4.1, §6.5.1). */
export function writeSenderReport(report: SenderReport, cname: string): Buffer {
  const head = Buffer.alloc(28)
  writeHead(head, 0, SENDER_REPORT, head.length)
  head.writeUInt32BE(report.ssrc, 4)
  writeNtpTime(head, 8, report.wallMs)
  head.writeUInt32BE(report.rtpTimestamp, 16)
  head.writeUInt32BE(report.packets % 2 ** 32, 20)
  head.writeUInt32BE(report.bytes % 2 ** 32, 24)
  return Buffer.concat([head, sourceDescription(report.ssrc, cname)])
}

/** An NTP timestamp (RFC 3550 §4): 8 bytes from `offset` on. */
export function writeNtpTime(target: Buffer, offset: number, wallMs: number): void {
  const seconds = Math.floor(wallMs / 1000)
  target.writeUInt32BE((seconds + NTP_EPOCH_SECONDS) % 2 ** 32, offset) // seconds
  target.writeUInt32BE(Math.floor(((wallMs - seconds * 1000) / 1000) * 2 ** 32), offset + 4) // their fraction
}

/** The stream has ended (RFC 3550 §6.6), behind an empty receiver report: a packet begins with a report. */
export function writeGoodbye(ssrc: number, cname: string): Buffer {
  const report = Buffer.alloc(8)
  writeHead(report, 0, RECEIVER_REPORT, report.length)
  report.writeUInt32BE(ssrc, 4)
  const goodbye = Buffer.alloc(8)
  writeHead(goodbye, 1, GOODBYE, goodbye.length)
  goodbye.writeUInt32BE(ssrc, 4)
  return Buffer.concat([report, sourceDescription(ssrc, cname), goodbye])
}

/** Whether it is a receiver report, alone or in front of others (RFC 3550 §6.1). */
export function isReceiverReport(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && (bytes[0]! & 0xc0) === VERSION_2 && bytes[1] === RECEIVER_REPORT
}

function sourceDescription(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname)
  // At least one zero ends the list of items, and the chunk ends on a multiple of 4 bytes.
  const bytes = Buffer.alloc(Math.ceil((10 + name.length + 1) / 4) * 4)
  writeHead(bytes, 1, SOURCE_DESCRIPTION, bytes.length)
  bytes.writeUInt32BE(ssrc, 4)
  bytes.writeUInt8(CNAME, 8)
  bytes.writeUInt8(name.length, 9)
  name.copy(bytes, 10)
  return bytes
}

function writeHead(target: Buffer, count: number, type: number, bytes: number): void {
  target.writeUInt8(VERSION_2 | count, 0)
  target.writeUInt8(type, 1)
  target.writeUInt16BE(bytes / 4 - 1, 2) // length in 32-bit words minus one
}
