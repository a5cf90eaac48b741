/** Media service, version 2 (Profile T) (Media 2 §5). */
import type { Permission } from '../../api/ability.ts'
import { enc } from '../../api/commands/enc/Enc.ts'
import { snap } from '../../api/commands/record/Snap.ts'
import type { Parts } from '../../api/parts.ts'
import { snapshotAddress, streamAddress } from './addresses.ts'
import {
  H264_PROFILES,
  inputOf,
  optionsOf,
  STREAMS,
  type StreamToken,
  tokenOf,
  viewOf,
  wishIn,
} from './encoder.ts'
import { Fault, invalid } from './fault.ts'
import { profileIn } from './media.ts'
import {
  hasSound,
  range,
  requireToken,
  resolution,
  SOUND,
  SOURCE,
  soundConfiguration,
  soundEncoder,
  soundEncoderOptions,
  sourceConfiguration,
  sourceOptions,
} from './media-shapes.ts'
import type { Name } from './names.ts'
import { accessOf, change, type Operation, operation, permission } from './operation.ts'
import { ptzConfiguration } from './ptz-shapes.ts'
import { SERVICES } from './services.ts'
import type { XmlElement } from './xml-reader.ts'
import { type Xml, xml } from './xml-writer.ts'

const { read, change: revise } = accessOf(enc)
const watch: Permission = { key: 'live', right: 'read' }

export const MEDIA2_OPERATIONS: readonly Operation[] = [
  operation('tr2:GetServiceCapabilities', 'anyone', () => SERVICES.media2.capabilities()),

  operation('tr2:GetProfiles', watch, (request, { parts }) => {
    const token = request.textAt('Token')
    const streams = token === undefined ? STREAMS : [profileOf(token)]
    const types = request.all('Type').map(({ text }) => text)
    return streams.map((stream) => profile(stream, types, parts))
  }),

  operation('tr2:GetVideoSourceConfigurations', watch, (request, { parts }) => {
    requireToken(request.textAt('ConfigurationToken'), SOURCE, 'ter:NoConfig')
    return sourceConfiguration('tr2:Configurations', parts)
  }),
  operation('tr2:GetVideoSourceConfigurationOptions', watch, (_request, { parts }) =>
    sourceOptions('tr2:Options', parts),
  ),
  operation('tr2:GetVideoEncoderConfigurations', read, (request, { parts }) =>
    encodersIn(request).map((stream) => encoder('tr2:Configurations', stream, parts)),
  ),
  operation('tr2:GetVideoEncoderConfigurationOptions', read, (request, { parts }) => {
    const [stream = 'main'] = encodersIn(request)
    return encoderOptions(stream, parts)
  }),
  operation('tr2:SetVideoEncoderConfiguration', revise, async (request, call) => {
    const configuration = request.find('Configuration')
    if (configuration === undefined) throw invalid('ter:NoConfig', 'Configuration is missing')
    const token = tokenOf(configuration.attributes.get('token'))
    if ((configuration.textAt('Encoding') ?? 'H264') !== 'H264') {
      throw new Fault('Sender', ['ter:InvalidArgVal', 'ter:ConfigModify'], 'Encoding must be H264')
    }
    await change(enc, inputOf(token, wishIn(configuration), call.parts), call)
    return undefined
  }),
  operation('tr2:GetVideoEncoderInstances', read, () =>
    xml(
      'tr2:Info',
      xml('tr2:Codec', xml('tr2:Encoding', 'H264'), xml('tr2:Number', STREAMS.length)),
      xml('tr2:Total', STREAMS.length),
    ),
  ),
  operation('tr2:GetAudioSourceConfigurations', watch, (request) => {
    requireToken(request.textAt('ConfigurationToken'), SOUND, 'ter:NoConfig')
    return soundConfiguration('tr2:Configurations')
  }),
  operation('tr2:GetAudioSourceConfigurationOptions', watch, () =>
    xml('tr2:Options', xml('tt:InputTokensAvailable', SOUND)),
  ),
  operation('tr2:GetAudioEncoderConfigurations', read, (request) => {
    requireToken(request.textAt('ConfigurationToken'), SOUND, 'ter:NoConfig')
    return soundEncoder('tr2:Configurations', 'media2')
  }),
  operation('tr2:GetAudioEncoderConfigurationOptions', read, () =>
    xml('tr2:Options', soundEncoderOptions('MP4A-LATM')),
  ),

  // Lists that are empty here; clients ask for them all the same.
  operation('tr2:GetMetadataConfigurations', read, () => undefined),
  operation('tr2:GetAnalyticsConfigurations', read, () => undefined),
  operation('tr2:GetMasks', read, () => undefined),

  operation('tr2:GetStreamUri', watch, (request, call) => {
    const protocol = request.textAt('Protocol') ?? 'RTSP'
    if (!['RtspUnicast', 'RTSP', 'RtspOverHttp'].includes(protocol)) {
      throw invalid('ter:InvalidStreamSetup', 'Protocol must be RTSP, RtspUnicast or RtspOverHttp')
    }
    return xml('tr2:Uri', streamAddress(profileIn(request), call))
  }),
  operation('tr2:GetSnapshotUri', permission(snap), (request, call) =>
    xml('tr2:Uri', snapshotAddress(profileIn(request), call)),
  ),
  operation('tr2:SetSynchronizationPoint', watch, (request, { requestKeyFrame }) => {
    requestKeyFrame(profileIn(request))
    return undefined
  }),
]

function profileOf(token: string): StreamToken {
  const found = STREAMS.find((stream) => stream === token)
  if (found === undefined) throw invalid('ter:NoProfile', 'there is no profile of that token')
  return found
}

/** Those that are meant: of a configuration, of a profile, or all. */
function encodersIn(request: XmlElement): readonly StreamToken[] {
  const [configuration, ofProfile] = [request.textAt('ConfigurationToken'), request.textAt('ProfileToken')]
  if (configuration !== undefined) return [tokenOf(configuration)]
  return ofProfile === undefined ? STREAMS : [profileOf(ofProfile)]
}

/** Without a type only name and token are told (Media 2 §5.2.2). */
function profile(stream: StreamToken, types: readonly string[], parts: Parts): Xml {
  const wants = (type: string) => types.includes(type) || types.includes('All')
  const sound = hasSound(parts)
  const configurations = [
    wants('VideoSource') ? sourceConfiguration('tr2:VideoSource', parts) : undefined,
    sound && wants('AudioSource') ? soundConfiguration('tr2:AudioSource') : undefined,
    wants('VideoEncoder') ? encoder('tr2:VideoEncoder', stream, parts) : undefined,
    sound && wants('AudioEncoder') ? soundEncoder('tr2:AudioEncoder', 'media2') : undefined,
    wants('PTZ') ? ptzConfiguration('tr2:PTZ', parts) : undefined,
  ]
  return xml(
    'tr2:Profiles',
    { token: stream, fixed: true },
    xml('tr2:Name', stream),
    types.length === 0 ? undefined : xml('tr2:Configurations', configurations),
  )
}

function encoder(name: Name, stream: StreamToken, parts: Parts): Xml {
  const view = viewOf(stream, parts)
  return xml(
    name,
    { token: stream, GovLength: view.govLength, Profile: view.profile },
    xml('tt:Name', stream),
    xml('tt:UseCount', 1),
    xml('tt:Encoding', 'H264'),
    resolution('tt:Resolution', view),
    xml(
      'tt:RateControl',
      { ConstantBitRate: false },
      xml('tt:FrameRateLimit', view.frameRate),
      xml('tt:BitrateLimit', view.rateKbps),
    ),
    xml('tt:Quality', 1),
  )
}

function encoderOptions(stream: StreamToken, parts: Parts): Xml {
  const { sizes, frameRates, govLength, rateKbps } = optionsOf(stream, parts)
  return xml(
    'tr2:Options',
    {
      GovLengthRange: `${govLength.min} ${govLength.max}`,
      FrameRatesSupported: frameRates.join(' '),
      ProfilesSupported: H264_PROFILES.join(' '),
      ConstantBitRateSupported: false,
    },
    xml('tt:Encoding', 'H264'),
    range('tt:QualityRange', 1, 1),
    sizes.map((size) => resolution('tt:ResolutionsAvailable', size)),
    range('tt:BitrateRange', rateKbps.min, rateKbps.max),
  )
}
