/** What a stream is, in the words of SDP (RFC 8866, RFC 2326 appendix C). Pure. */
import type { AudioFormat, StreamFormat, VideoFormat } from '../packet.ts'

/** Dynamic payload types (RFC 3551 §6), and the last part of each track's address. */
export const TRACKS = {
  video: { payloadType: 96, control: 'trackID=0' },
  audio: { payloadType: 97, control: 'trackID=1' },
} as const

export interface SdpOptions {
  readonly format: StreamFormat
  /** Of the camera, as its client knows it. */
  readonly address: string
  /** Grows with each description. */
  readonly version: number
  readonly name: string
  /** `npt=now-`, or the length of a recording. */
  readonly range: string
  /** What a recording calls its tracks (ONVIF Streaming §6.2). */
  readonly trackNames?: Readonly<Record<keyof typeof TRACKS, string>> | undefined
}

export function writeSdp({ format, address, version, name, range, trackNames }: SdpOptions): string {
  const nameOf = (track: keyof typeof TRACKS) =>
    trackNames === undefined ? [] : [`a=x-onvif-track:${trackNames[track]}`]
  const family = address.includes(':') ? 'IP6' : 'IP4'
  const lines = [
    'v=0',
    `o=- ${version} ${version} IN ${family} ${address}`,
    `s=${name}`,
    `c=IN ${family} ${family === 'IP6' ? '::' : '0.0.0.0'}`,
    't=0 0',
    'a=control:*',
    `a=range:${range}`,
    ...videoLines(format.video),
    ...nameOf('video'),
    ...(format.audio === undefined ? [] : [...audioLines(format.audio), ...nameOf('audio')]),
  ]
  return lines.map((line) => `${line}\r\n`).join('')
}

/** RFC 6184 §8.1. */
function videoLines({ sps, pps, rateKbps, frameRate }: VideoFormat): string[] {
  const { payloadType, control } = TRACKS.video
  const profile = Buffer.from(sps.subarray(1, 4)).toString('hex').toUpperCase()
  const sets = [sps, pps].map((set) => Buffer.from(set).toString('base64')).join(',')
  return [
    `m=video 0 RTP/AVP ${payloadType}`,
    ...(rateKbps > 0 ? [`b=AS:${rateKbps}`] : []),
    `a=rtpmap:${payloadType} H264/90000`,
    `a=fmtp:${payloadType} packetization-mode=1;profile-level-id=${profile};sprop-parameter-sets=${sets}`,
    ...(frameRate > 0 ? [`a=framerate:${Math.round(frameRate * 100) / 100}`] : []),
    `a=control:${control}`,
  ]
}

/** RFC 3640 §4.1. */
function audioLines({ sampleRate, channels, config, rateKbps }: AudioFormat): string[] {
  const { payloadType, control } = TRACKS.audio
  const mode = 'streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3'
  return [
    `m=audio 0 RTP/AVP ${payloadType}`,
    ...(rateKbps > 0 ? [`b=AS:${rateKbps}`] : []),
    `a=rtpmap:${payloadType} MPEG4-GENERIC/${sampleRate}/${channels}`,
    `a=fmtp:${payloadType} ${mode};config=${Buffer.from(config).toString('hex').toUpperCase()}`,
    `a=control:${control}`,
  ]
}
