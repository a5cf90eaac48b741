/** How the head shows in ONVIF: spaces, node, configuration (PTZ §4, schema `tt`). */
import type { Parts } from '../../api/parts.ts'
import { PRESETS } from '../../ptz/limits.ts'
import { STREAMS } from './encoder.ts'
import { range } from './media-shapes.ts'
import type { Name } from './names.ts'
import { type Xml, xml } from './xml-writer.ts'

/** Token of the node and of its configuration. */
export const HEAD = 'head'
/** What a move without a time-out lasts at most. */
export const LONGEST_MOVE_MS = 60_000

const space = (path: string) => `http://www.onvif.org/ver10/tptz/${path}`
export const SPACES = {
  position: space('PanTiltSpaces/PositionGenericSpace'),
  zoomPosition: space('ZoomSpaces/PositionGenericSpace'),
  translation: space('PanTiltSpaces/TranslationGenericSpace'),
  fieldOfView: space('PanTiltSpaces/TranslationSpaceFov'),
  zoomTranslation: space('ZoomSpaces/TranslationGenericSpace'),
  velocity: space('PanTiltSpaces/VelocityGenericSpace'),
  zoomVelocity: space('ZoomSpaces/VelocityGenericSpace'),
  speed: space('PanTiltSpaces/GenericSpeedSpace'),
  zoomSpeed: space('ZoomSpaces/ZoomGenericSpeedSpace'),
} as const

/** Whether the head tells where it looks: only then it can be sent somewhere. */
export function tellsPosition({ ptz }: Pick<Parts, 'ptz'>): boolean {
  return ptz[0]?.position() !== undefined
}

export function ptzConfiguration(name: Name, parts: Pick<Parts, 'ptz'>): Xml {
  const goes = tellsPosition(parts)
  const onlyIf = (content: Xml) => (goes ? content : undefined)
  return xml(
    name,
    { token: HEAD },
    xml('tt:Name', 'Head'),
    xml('tt:UseCount', STREAMS.length),
    xml('tt:NodeToken', HEAD),
    onlyIf(xml('tt:DefaultAbsolutePantTiltPositionSpace', SPACES.position)),
    onlyIf(xml('tt:DefaultAbsoluteZoomPositionSpace', SPACES.zoomPosition)),
    onlyIf(xml('tt:DefaultRelativePanTiltTranslationSpace', SPACES.translation)),
    onlyIf(xml('tt:DefaultRelativeZoomTranslationSpace', SPACES.zoomTranslation)),
    xml('tt:DefaultContinuousPanTiltVelocitySpace', SPACES.velocity),
    xml('tt:DefaultContinuousZoomVelocitySpace', SPACES.zoomVelocity),
    xml(
      'tt:DefaultPTZSpeed',
      xml('tt:PanTilt', { x: 0.5, y: 0.5, space: SPACES.speed }),
      xml('tt:Zoom', { x: 0.5, space: SPACES.zoomSpeed }),
    ),
    xml('tt:DefaultPTZTimeout', 'PT60S'),
    onlyIf(xml('tt:PanTiltLimits', area('tt:Range', SPACES.position, -1))),
    onlyIf(xml('tt:ZoomLimits', line('tt:Range', SPACES.zoomPosition, 0))),
  )
}

export function ptzConfigurationOptions(parts: Pick<Parts, 'ptz'>): Xml {
  return xml(
    'tptz:PTZConfigurationOptions',
    xml('tt:Spaces', spaces(parts)),
    xml('tt:PTZTimeout', xml('tt:Min', 'PT0S'), xml('tt:Max', 'PT60S')),
  )
}

export function node(name: Name, parts: Pick<Parts, 'ptz'>): Xml {
  const goes = tellsPosition(parts)
  return xml(
    name,
    { token: HEAD, FixedHomePosition: goes },
    xml('tt:Name', 'Head'),
    xml('tt:SupportedPTZSpaces', spaces(parts)),
    xml('tt:MaximumNumberOfPresets', PRESETS),
    xml('tt:HomeSupported', goes),
  )
}

function spaces(parts: Pick<Parts, 'ptz'>): (Xml | undefined)[] {
  const goes = tellsPosition(parts)
  const onlyIf = (content: Xml) => (goes ? content : undefined)
  return [
    onlyIf(area('tt:AbsolutePanTiltPositionSpace', SPACES.position, -1)),
    onlyIf(line('tt:AbsoluteZoomPositionSpace', SPACES.zoomPosition, 0)),
    onlyIf(area('tt:RelativePanTiltTranslationSpace', SPACES.translation, -1)),
    onlyIf(area('tt:RelativePanTiltTranslationSpace', SPACES.fieldOfView, -1)),
    onlyIf(line('tt:RelativeZoomTranslationSpace', SPACES.zoomTranslation, -1)),
    area('tt:ContinuousPanTiltVelocitySpace', SPACES.velocity, -1),
    line('tt:ContinuousZoomVelocitySpace', SPACES.zoomVelocity, -1),
    line('tt:PanTiltSpeedSpace', SPACES.speed, 0),
    line('tt:ZoomSpeedSpace', SPACES.zoomSpeed, 0),
  ]
}

function area(name: Name, uri: string, least: number): Xml {
  return xml(name, xml('tt:URI', uri), range('tt:XRange', least, 1), range('tt:YRange', least, 1))
}

function line(name: Name, uri: string, least: number): Xml {
  return xml(name, xml('tt:URI', uri), range('tt:XRange', least, 1))
}
