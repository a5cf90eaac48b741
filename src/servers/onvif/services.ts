/** The services: where they are, which version, what they can (Core §8.1.2). */

import { SESSION_SECONDS } from '../rtsp/options.ts'
import { NAMESPACES } from './names.ts'
import type { Call } from './operation.ts'
import { MAX_SUBSCRIPTIONS } from './subscriptions.ts'
import { type Xml, xml } from './xml-writer.ts'

interface Service {
  readonly namespace: string
  readonly path: string
  readonly version: readonly [major: number, minor: number]
  readonly capabilities: () => Xml
}

export const SERVICES = {
  device: {
    namespace: NAMESPACES.tds,
    path: '/onvif/device_service',
    version: [21, 12],
    capabilities: deviceCapabilities,
  },
  media: {
    namespace: NAMESPACES.trt,
    path: '/onvif/media_service',
    version: [2, 60],
    capabilities: () =>
      xml(
        'trt:Capabilities',
        { SnapshotUri: true, Rotation: false, VideoSourceMode: false, OSD: true },
        xml('trt:ProfileCapabilities', { MaximumNumberOfProfiles: 2 }),
        xml('trt:StreamingCapabilities', {
          RTPMulticast: false,
          RTP_TCP: true,
          RTP_RTSP_TCP: true,
          NonAggregateControl: false,
        }),
      ),
  },
  media2: {
    namespace: NAMESPACES.tr2,
    path: '/onvif/media2_service',
    version: [21, 12],
    capabilities: () =>
      xml(
        'tr2:Capabilities',
        { SnapshotUri: true, Rotation: false, VideoSourceMode: false, OSD: true, Mask: false },
        xml('tr2:ProfileCapabilities', {
          MaximumNumberOfProfiles: 2,
          ConfigurationsSupported: 'VideoSource VideoEncoder AudioSource AudioEncoder PTZ',
        }),
        xml('tr2:StreamingCapabilities', {
          RTSPStreaming: true,
          RTPMulticast: false,
          RTP_RTSP_TCP: true,
          NonAggregateControl: false,
        }),
      ),
  },
  ptz: {
    namespace: NAMESPACES.tptz,
    path: '/onvif/ptz_service',
    version: [21, 12],
    capabilities: () =>
      xml('tptz:Capabilities', { EFlip: false, Reverse: false, MoveStatus: true, StatusPosition: true }),
  },
  imaging: {
    namespace: NAMESPACES.timg,
    path: '/onvif/imaging_service',
    version: [19, 6],
    capabilities: () => xml('timg:Capabilities', { ImageStabilization: false, Presets: false }),
  },
  events: {
    namespace: NAMESPACES.tev,
    path: '/onvif/event_service',
    version: [21, 12],
    capabilities: () =>
      xml('tev:Capabilities', {
        WSSubscriptionPolicySupport: false,
        WSPausableSubscriptionManagerInterfaceSupport: false,
        MaxNotificationProducers: MAX_SUBSCRIPTIONS,
        MaxPullPoints: MAX_SUBSCRIPTIONS,
        PersistentNotificationStorage: false,
      }),
  },
  recording: {
    namespace: NAMESPACES.trc,
    path: '/onvif/recording_service',
    version: [21, 12],
    capabilities: () =>
      xml('trc:Capabilities', {
        DynamicRecordings: false,
        DynamicTracks: false,
        Encoding: 'H264 AAC',
        MaxRecordings: 2,
        MaxRecordingJobs: 2,
        Options: true,
        MetadataRecording: false,
      }),
  },
  search: {
    namespace: NAMESPACES.tse,
    path: '/onvif/search_service',
    version: [2, 42],
    capabilities: () => xml('tse:Capabilities', { MetadataSearch: false, GeneralStartEvents: true }),
  },
  replay: {
    namespace: NAMESPACES.trp,
    path: '/onvif/replay_service',
    version: [21, 6],
    capabilities: () =>
      xml('trp:Capabilities', {
        ReversePlayback: false,
        SessionTimeoutRange: `${SESSION_SECONDS} ${SESSION_SECONDS}`,
        RTP_RTSP_TCP: true,
      }),
  },
} as const satisfies Record<string, Service>
export type ServiceName = keyof typeof SERVICES

/** Where the client reaches a service. */
export function addressOf({ origin }: Pick<Call, 'origin'>, service: ServiceName): string {
  return `${origin}${SERVICES[service].path}`
}

export function versionOf([major, minor]: readonly [number, number]): Xml[] {
  return [xml('tt:Major', major), xml('tt:Minor', minor)]
}

function deviceCapabilities(): Xml {
  return xml(
    'tds:Capabilities',
    xml('tds:Network', {
      IPFilter: false,
      ZeroConfiguration: false,
      IPVersion6: true,
      DynDNS: false,
      Dot11Configuration: false,
      Dot1XConfigurations: 0,
      HostnameFromDHCP: false,
      NTP: 1,
      DHCPv6: false,
    }),
    xml('tds:Security', {
      'TLS1.0': false,
      'TLS1.1': false,
      'TLS1.2': true,
      OnboardKeyGeneration: false,
      AccessPolicyConfig: false,
      DefaultAccessPolicy: false,
      Dot1X: false,
      RemoteUserHandling: false,
      'X.509Token': false,
      SAMLToken: false,
      KerberosToken: false,
      UsernameToken: true,
      HttpDigest: true,
      RELToken: false,
      MaxUsers: 21,
      MaxUserNameLength: 31,
      MaxPasswordLength: 16,
    }),
    xml('tds:System', {
      DiscoveryResolve: false,
      DiscoveryBye: true,
      RemoteDiscovery: false,
      SystemBackup: false,
      SystemLogging: false,
      FirmwareUpgrade: false,
      HttpFirmwareUpgrade: false,
      HttpSystemBackup: false,
      HttpSystemLogging: false,
      HttpSupportInformation: false,
    }),
  )
}
