/** What Media and Media2 show alike: sources, configurations, profiles' parts (schema `tt`). */
import { enc } from '../../api/commands/enc/Enc.ts'
import type { Parts } from '../../api/parts.ts'
import { SAMPLE_RATE, SOUND_KBPS } from '../../engine/sound-rate.ts'
import { STREAMS, viewOf } from './encoder.ts'
import { invalid } from './fault.ts'
import type { Name } from './names.ts'
import { type Xml, xml } from './xml-writer.ts'

/** Token of the camera's one video source, its configuration, and so on. */
export const SOURCE = 'source'
export const SOUND = 'sound'

/** Errors: Fault. Undefined stands for the only one there is. */
export function requireToken(text: string | undefined, expected: string, what: `ter:${string}`): void {
  if (text === undefined || text === expected) return
  throw invalid(what, 'there is nothing of that token')
}

export function hasSound({ settings }: Pick<Parts, 'settings'>): boolean {
  return settings.current(enc).audio === 1
}

/** The picture of the main stream is what the source gives. */
export function sourceSize(parts: Pick<Parts, 'settings'>): {
  readonly width: number
  readonly height: number
} {
  return viewOf('main', parts)
}

export function sourceConfiguration(name: Name, parts: Parts): Xml {
  const { width, height } = sourceSize(parts)
  return xml(
    name,
    { token: SOURCE },
    xml('tt:Name', 'Picture'),
    xml('tt:UseCount', STREAMS.length),
    xml('tt:SourceToken', SOURCE),
    xml('tt:Bounds', { x: 0, y: 0, width, height }),
  )
}

export function sourceOptions(name: Name, parts: Parts): Xml {
  const { width, height } = sourceSize(parts)
  return xml(
    name,
    { MaximumNumberOfProfiles: STREAMS.length },
    xml(
      'tt:BoundsRange',
      range('tt:XRange', 0, 0),
      range('tt:YRange', 0, 0),
      range('tt:WidthRange', width, width),
      range('tt:HeightRange', height, height),
    ),
    xml('tt:VideoSourceTokensAvailable', SOURCE),
  )
}

export function soundConfiguration(name: Name): Xml {
  return xml(
    name,
    { token: SOUND },
    xml('tt:Name', 'Sound'),
    xml('tt:UseCount', STREAMS.length),
    xml('tt:SourceToken', SOUND),
  )
}

/** `encoding`: `AAC` in Media, the type of RFC 6416 in Media2, where `multicast` comes in another place. */
export function soundEncoder(name: Name, service: 'media' | 'media2'): Xml {
  const common = [xml('tt:Name', 'Sound'), xml('tt:UseCount', STREAMS.length)]
  const rates = [xml('tt:Bitrate', SOUND_KBPS), xml('tt:SampleRate', SAMPLE_RATE / 1000)]
  return service === 'media'
    ? xml(
        name,
        { token: SOUND },
        common,
        xml('tt:Encoding', 'AAC'),
        rates,
        multicast(),
        xml('tt:SessionTimeout', 'PT60S'),
      )
    : xml(name, { token: SOUND }, common, xml('tt:Encoding', 'MP4A-LATM'), multicast(), rates)
}

/** `tt:Options` of Media, or of Media2 the options themselves. */
export function soundEncoderOptions(encoding: string): Xml[] {
  return [
    xml('tt:Encoding', encoding),
    xml('tt:BitrateList', xml('tt:Items', SOUND_KBPS)),
    xml('tt:SampleRateList', xml('tt:Items', SAMPLE_RATE / 1000)),
  ]
}

/** Not used, but the schema asks for one. */
export function multicast(): Xml {
  return xml(
    'tt:Multicast',
    xml('tt:Address', xml('tt:Type', 'IPv4'), xml('tt:IPv4Address', '0.0.0.0')),
    xml('tt:Port', 0),
    xml('tt:TTL', 0),
    xml('tt:AutoStart', false),
  )
}

export function range(name: Name, min: number, max: number): Xml {
  return xml(name, xml('tt:Min', min), xml('tt:Max', max))
}

export function resolution(name: Name, { width, height }: { width: number; height: number }): Xml {
  return xml(name, xml('tt:Width', width), xml('tt:Height', height))
}
