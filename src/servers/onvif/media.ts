/** Media service, version 1 (Profile S): profiles, configurations, addresses (Media §5). */

import type { Permission } from '../../api/ability.ts'
import { enc } from '../../api/commands/enc/Enc.ts'
import { snap } from '../../api/commands/record/Snap.ts'
import type { Parts } from '../../api/parts.ts'
import { snapshotAddress, streamAddress } from './addresses.ts'
import {
  H264_PROFILES,
  inputOf,
  optionsOf,
  type Range,
  STREAMS,
  type StreamToken,
  tokenOf,
  viewOf,
  wishIn,
} from './encoder.ts'
import { Fault, invalid } from './fault.ts'
import {
  hasSound,
  multicast,
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
  sourceSize,
} from './media-shapes.ts'
import type { Name } from './names.ts'
import { accessOf, change, type Operation, operation, permission } from './operation.ts'
import { ptzConfiguration } from './ptz-shapes.ts'
import { SERVICES } from './services.ts'
import type { XmlElement } from './xml-reader.ts'
import { type Xml, xml } from './xml-writer.ts'

const { read, change: revise } = accessOf(enc)
const watch: Permission = { key: 'live', right: 'read' }

/** Errors: Fault `ter:NoProfile`. */
export function profileIn(request: XmlElement): StreamToken {
  const text = request.textAt('ProfileToken')
  const found = STREAMS.find((stream) => stream === text)
  if (found === undefined) throw invalid('ter:NoProfile', 'there is no profile of that token')
  return found
}

export const MEDIA_OPERATIONS: readonly Operation[] = [
  operation('trt:GetServiceCapabilities', 'anyone', () => SERVICES.media.capabilities()),

  operation('trt:GetProfiles', watch, (_request, { parts }) =>
    STREAMS.map((stream) => profile('trt:Profiles', stream, parts)),
  ),
  operation('trt:GetProfile', watch, (request, { parts }) =>
    profile('trt:Profile', profileIn(request), parts),
  ),

  operation('trt:GetVideoSources', watch, (_request, { parts }) =>
    xml(
      'trt:VideoSources',
      { token: SOURCE },
      xml('tt:Framerate', viewOf('main', parts).frameRate),
      resolution('tt:Resolution', sourceSize(parts)),
    ),
  ),
  operation('trt:GetVideoSourceConfigurations', watch, (_request, { parts }) =>
    sourceConfiguration('trt:Configurations', parts),
  ),
  operation('trt:GetVideoSourceConfiguration', watch, (request, { parts }) => {
    requireToken(request.textAt('ConfigurationToken'), SOURCE, 'ter:NoConfig')
    return sourceConfiguration('trt:Configuration', parts)
  }),
  operation('trt:GetCompatibleVideoSourceConfigurations', watch, (_request, { parts }) =>
    sourceConfiguration('trt:Configurations', parts),
  ),
  operation('trt:GetVideoSourceConfigurationOptions', watch, (_request, { parts }) =>
    sourceOptions('trt:Options', parts),
  ),

  operation('trt:GetVideoEncoderConfigurations', read, (_request, { parts }) =>
    STREAMS.map((stream) => encoder('trt:Configurations', stream, parts)),
  ),
  operation('trt:GetVideoEncoderConfiguration', read, (request, { parts }) =>
    encoder('trt:Configuration', tokenOf(request.textAt('ConfigurationToken')), parts),
  ),
  operation('trt:GetCompatibleVideoEncoderConfigurations', read, (request, { parts }) =>
    // Profiles are fixed: each has its own encoder.
    encoder('trt:Configurations', profileIn(request), parts),
  ),
  operation('trt:GetVideoEncoderConfigurationOptions', read, (request, { parts }) => {
    const token = request.textAt('ConfigurationToken') ?? request.textAt('ProfileToken')
    return encoderOptions(token === undefined ? 'main' : tokenOf(token), parts)
  }),
  operation('trt:SetVideoEncoderConfiguration', revise, async (request, call) => {
    const configuration = request.find('Configuration')
    if (configuration === undefined) throw invalid('ter:NoConfig', 'Configuration is missing')
    const token = tokenOf(configuration.attributes.get('token'))
    const encoding = configuration.textAt('Encoding')
    if (encoding !== undefined && encoding !== 'H264') {
      throw new Fault('Sender', ['ter:InvalidArgVal', 'ter:ConfigModify'], 'Encoding must be H264')
    }
    await change(enc, inputOf(token, wishIn(configuration), call.parts), call)
    return undefined
  }),
  operation('trt:GetGuaranteedNumberOfVideoEncoderInstances', read, () => [
    xml('trt:TotalNumber', STREAMS.length),
    xml('trt:H264', STREAMS.length),
  ]),

  operation('trt:GetAudioSources', watch, () =>
    xml('trt:AudioSources', { token: SOUND }, xml('tt:Channels', 1)),
  ),
  operation('trt:GetAudioSourceConfigurations', watch, () => soundConfiguration('trt:Configurations')),
  operation('trt:GetAudioSourceConfiguration', watch, (request) => {
    requireToken(request.textAt('ConfigurationToken'), SOUND, 'ter:NoConfig')
    return soundConfiguration('trt:Configuration')
  }),
  operation('trt:GetCompatibleAudioSourceConfigurations', watch, () =>
    soundConfiguration('trt:Configurations'),
  ),
  operation('trt:GetAudioSourceConfigurationOptions', watch, () =>
    xml('trt:Options', xml('tt:InputTokensAvailable', SOUND)),
  ),
  operation('trt:GetAudioEncoderConfigurations', read, () => soundEncoder('trt:Configurations', 'media')),
  operation('trt:GetAudioEncoderConfiguration', read, (request) => {
    requireToken(request.textAt('ConfigurationToken'), SOUND, 'ter:NoConfig')
    return soundEncoder('trt:Configuration', 'media')
  }),
  operation('trt:GetCompatibleAudioEncoderConfigurations', read, () =>
    soundEncoder('trt:Configurations', 'media'),
  ),
  operation('trt:GetAudioEncoderConfigurationOptions', read, () =>
    xml('trt:Options', xml('tt:Options', soundEncoderOptions('AAC'))),
  ),

  // Lists that are empty here; clients ask for them all the same.
  operation('trt:GetMetadataConfigurations', read, () => undefined),
  operation('trt:GetVideoAnalyticsConfigurations', read, () => undefined),
  operation('trt:GetAudioOutputs', read, () => undefined),

  operation('trt:GetStreamUri', watch, (request, call) => {
    const setup = request.find('StreamSetup')
    const stream = profileIn(request)
    if (setup?.textAt('Stream') === 'RTP-Multicast') {
      throw invalid('ter:InvalidStreamSetup', 'there is no multicast')
    }
    return mediaUri(streamAddress(stream, call))
  }),
  operation('trt:GetSnapshotUri', permission(snap), (request, call) =>
    mediaUri(snapshotAddress(profileIn(request), call)),
  ),
  operation('trt:SetSynchronizationPoint', watch, (request, { requestKeyFrame }) => {
    requestKeyFrame(profileIn(request))
    return undefined
  }),
]

function profile(name: Name, stream: StreamToken, parts: Parts): Xml {
  const sound = hasSound(parts)
  return xml(
    name,
    { token: stream, fixed: true },
    xml('tt:Name', stream),
    sourceConfiguration('tt:VideoSourceConfiguration', parts),
    sound ? soundConfiguration('tt:AudioSourceConfiguration') : undefined,
    encoder('tt:VideoEncoderConfiguration', stream, parts),
    sound ? soundEncoder('tt:AudioEncoderConfiguration', 'media') : undefined,
    ptzConfiguration('tt:PTZConfiguration', parts),
  )
}

function encoder(name: Name, stream: StreamToken, parts: Parts): Xml {
  const view = viewOf(stream, parts)
  return xml(
    name,
    { token: stream },
    xml('tt:Name', stream),
    xml('tt:UseCount', 1),
    xml('tt:Encoding', 'H264'),
    resolution('tt:Resolution', view),
    xml('tt:Quality', 1),
    xml(
      'tt:RateControl',
      xml('tt:FrameRateLimit', view.frameRate),
      xml('tt:EncodingInterval', 1),
      xml('tt:BitrateLimit', view.rateKbps),
    ),
    xml('tt:H264', xml('tt:GovLength', view.govLength), xml('tt:H264Profile', view.profile)),
    multicast(),
    xml('tt:SessionTimeout', 'PT60S'),
  )
}

function encoderOptions(stream: StreamToken, parts: Parts): Xml {
  const { sizes, frameRate, govLength, rateKbps } = optionsOf(stream, parts)
  const limits = (name: Name, { min, max }: Range) => range(name, min, max)
  const h264 = [
    sizes.map((size) => resolution('tt:ResolutionsAvailable', size)),
    limits('tt:GovLengthRange', govLength),
    limits('tt:FrameRateRange', frameRate),
    range('tt:EncodingIntervalRange', 1, 1),
    H264_PROFILES.map((name) => xml('tt:H264ProfilesSupported', name)),
  ]
  return xml(
    'trt:Options',
    range('tt:QualityRange', 1, 1),
    xml('tt:H264', h264),
    xml('tt:Extension', xml('tt:H264', h264, limits('tt:BitrateRange', rateKbps))),
  )
}

function mediaUri(address: string): Xml {
  return xml(
    'trt:MediaUri',
    xml('tt:Uri', address),
    xml('tt:InvalidAfterConnect', false),
    xml('tt:InvalidAfterReboot', false),
    xml('tt:Timeout', 'PT0S'),
  )
}
