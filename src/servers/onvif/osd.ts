/** The name and the time in the picture, for Media and Media2 (Media §5.17, Media 2 §5.8): views of Osd. */
import { osd } from '../../api/commands/video-input/Osd.ts'
import type { Parts } from '../../api/parts.ts'
import { OSD_POSITIONS, type OsdPosition } from '../../engine/protocol.ts'
import { invalid } from './fault.ts'
import { requireToken, SOURCE } from './media-shapes.ts'
import type { Name } from './names.ts'
import { accessOf, change, type Operation, operation } from './operation.ts'
import type { XmlElement } from './xml-reader.ts'
import { type Xml, xml } from './xml-writer.ts'

const { read, change: revise } = accessOf(osd)

const TOKENS = ['name', 'time'] as const
type Token = (typeof TOKENS)[number]

/** Where ONVIF has a name for it; the two places in the middle are coordinates there. */
const NAMES: Readonly<Record<OsdPosition, string>> = {
  'Upper Left': 'UpperLeft',
  'Top Center': 'Custom',
  'Upper Right': 'UpperRight',
  'Lower Left': 'LowerLeft',
  'Bottom Center': 'Custom',
  'Lower Right': 'LowerRight',
}
const MIDDLE = { 'Top Center': 1, 'Bottom Center': -1 } as const

const operations = (service: 'trt' | 'tr2'): readonly Operation[] => [
  operation(`${service}:GetOSDs`, read, (request, { parts }) => {
    const token = request.textAt('OSDToken')
    requireToken(request.textAt('ConfigurationToken'), SOURCE, 'ter:NoConfig')
    const shown = token === undefined ? TOKENS : [tokenOf(token)]
    return shown.filter((one) => isShown(one, parts)).map((one) => show(`${service}:OSDs`, one, parts))
  }),
  operation(`${service}:GetOSDOptions`, read, (request) => {
    requireToken(request.textAt('ConfigurationToken'), SOURCE, 'ter:NoConfig')
    return options(service === 'trt' ? 'trt:OSDOptions' : 'tr2:OSDOptions')
  }),
  operation(`${service}:SetOSD`, revise, async (request, call) => {
    const wanted = request.find('OSD')
    if (wanted === undefined) throw invalid('ter:NoOSD', 'OSD is missing')
    const token = tokenOf(wanted.attributes.get('token'))
    const position = positionIn(wanted)
    const pos = position === undefined ? {} : { pos: position }
    const text = wanted.find('TextString')
    const type = text?.textAt('Type')
    if (token === 'name') {
      if (type !== undefined && type !== 'Plain') throw invalid('ter:InvalidOSD', 'the name is Plain text')
      const name = text?.textAt('PlainText')
      await change(osd, { osdChannel: { enable: 1, ...pos, ...(name === undefined ? {} : { name }) } }, call)
    } else {
      if (type !== undefined && type !== 'DateAndTime')
        throw invalid('ter:InvalidOSD', 'the time is DateAndTime')
      await change(osd, { osdTime: { enable: 1, ...pos } }, call)
    }
    return undefined
  }),
  // Both are there or not; a deleted one comes back by CreateOSD.
  operation(`${service}:CreateOSD`, revise, async (request, call) => {
    const wanted = request.find('OSD')
    const type = wanted?.textAt('TextString', 'Type')
    const token: Token = type === 'DateAndTime' ? 'time' : 'name'
    if (wanted === undefined || (type !== 'DateAndTime' && type !== 'Plain')) {
      throw invalid('ter:InvalidOSD', 'OSDs are Plain text or DateAndTime')
    }
    if (isShown(token, call.parts)) throw invalid('ter:MaxOSDs', 'there is one of each')
    const position = positionIn(wanted)
    const pos = position === undefined ? {} : { pos: position }
    const name = wanted.textAt('TextString', 'PlainText')
    const plain = name === undefined ? {} : { name }
    const input =
      token === 'name' ? { osdChannel: { enable: 1, ...pos, ...plain } } : { osdTime: { enable: 1, ...pos } }
    await change(osd, input, call)
    return xml(`${service}:OSDToken`, token)
  }),
  operation(`${service}:DeleteOSD`, revise, async (request, call) => {
    const token = tokenOf(request.textAt('OSDToken'))
    await change(osd, { [token === 'name' ? 'osdChannel' : 'osdTime']: { enable: 0 } }, call)
    return undefined
  }),
]

export const OSD_OPERATIONS: readonly Operation[] = [
  ...operations('trt'),
  ...operations('tr2'),
  operation('trt:GetOSD', read, (request, { parts }) =>
    show('trt:OSD', tokenOf(request.textAt('OSDToken')), parts),
  ),
]

/** Errors: Fault `ter:NoOSD`. */
function tokenOf(text: string | undefined): Token {
  const found = TOKENS.find((token) => token === text)
  if (found === undefined) throw invalid('ter:NoOSD', 'there is no OSD of that token')
  return found
}

function isShown(token: Token, { settings }: Parts): boolean {
  const { osdChannel, osdTime } = settings.current(osd)
  return (token === 'name' ? osdChannel : osdTime).enable === 1
}

function show(name: Name, token: Token, { settings }: Parts): Xml {
  const { osdChannel, osdTime } = settings.current(osd)
  const { pos } = token === 'name' ? osdChannel : osdTime
  const middle = MIDDLE[pos as keyof typeof MIDDLE]
  return xml(
    name,
    { token },
    xml('tt:VideoSourceConfigurationToken', SOURCE),
    xml('tt:Type', 'Text'),
    xml(
      'tt:Position',
      xml('tt:Type', NAMES[pos]),
      middle === undefined ? undefined : xml('tt:Pos', { x: 0, y: middle }),
    ),
    token === 'name'
      ? xml('tt:TextString', xml('tt:Type', 'Plain'), xml('tt:PlainText', osdChannel.name))
      : xml(
          'tt:TextString',
          xml('tt:Type', 'DateAndTime'),
          xml('tt:DateFormat', 'yyyy-MM-dd'),
          xml('tt:TimeFormat', 'HH:mm:ss'),
        ),
  )
}

function options(name: Name): Xml {
  return xml(
    name,
    xml('tt:MaximumNumberOfOSDs', { Total: 2, PlainText: 1, DateAndTime: 1 }, 2),
    xml('tt:Type', 'Text'),
    [...new Set(Object.values(NAMES))].map((position) => xml('tt:PositionOption', position)),
    xml(
      'tt:TextOption',
      xml('tt:Type', 'Plain'),
      xml('tt:Type', 'DateAndTime'),
      xml('tt:DateFormat', 'yyyy-MM-dd'),
      xml('tt:TimeFormat', 'HH:mm:ss'),
    ),
  )
}

/** Undefined if it stays. Custom ones count as the nearest there is. Errors: Fault. */
function positionIn(wanted: XmlElement): OsdPosition | undefined {
  const position = wanted.find('Position')
  const type = position?.textAt('Type')
  if (position === undefined || type === undefined) return undefined
  if (type !== 'Custom') {
    const found = OSD_POSITIONS.find((one) => NAMES[one] === type)
    if (found !== undefined) return found
    throw invalid('ter:InvalidOSD', 'there is no such position')
  }
  const [x, y] = ['x', 'y'].map((name) => Number(position.find('Pos')?.attributes.get(name) ?? Number.NaN))
  if (!(Math.abs(x!) <= 1 && Math.abs(y!) <= 1)) throw invalid('ter:InvalidOSD', 'Pos must be -1 to 1')
  const row = y! >= 0 ? 0 : 3
  return OSD_POSITIONS[row + (x! < -1 / 3 ? 0 : x! > 1 / 3 ? 2 : 1)]!
}
