/** Device service: who this camera is, what it can, its network (Device Management §8). */
import { getDevInfo } from '../../api/commands/system/DevInfo.ts'
import { reboot } from '../../api/commands/system/Power.ts'
import { restore } from '../../api/commands/system/Restore.ts'
import { osd } from '../../api/commands/video-input/Osd.ts'
import type { DeviceIdentity, Parts } from '../../api/parts.ts'
import { unsupported } from './fault.ts'
import { type Call, type Operation, operation, permission, run } from './operation.ts'
import { addressOf, SERVICES, type ServiceName, versionOf } from './services.ts'
import { type Content, type Xml, xml } from './xml-writer.ts'

const known = permission(getDevInfo)

/** RFC 9562 §5.8, from the serial number: the same after every start. */
export function endpointOf({ serial }: DeviceIdentity): string {
  const digits = Buffer.from(serial.padStart(16, '0').slice(-16)).toString('hex')
  const [a, b, c, d] = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 15), digits.slice(15, 18)]
  return `urn:uuid:${a}-${b}-8${c}-8${d}-${digits.slice(18, 30)}`
}

/** What discovery and GetScopes tell (Core §7.3.3). */
export function scopesOf({ settings, device }: Pick<Parts, 'settings' | 'device'>): string[] {
  const { name } = settings.current(osd).osdChannel
  const scope = (path: string) => `onvif://www.onvif.org/${path}`
  return [
    scope('type/video_encoder'),
    scope('type/audio_encoder'),
    scope('type/ptz'),
    scope('Profile/Streaming'),
    scope(`hardware/${encodeURIComponent(device.model)}`),
    scope(`name/${encodeURIComponent(name)}`),
  ]
}

export const DEVICE_OPERATIONS: readonly Operation[] = [
  operation('tds:GetDeviceInformation', known, (_request, { parts: { device } }) => [
    xml('tds:Manufacturer', 'Vedette'),
    xml('tds:Model', device.model),
    xml('tds:FirmwareVersion', device.firmwareVersion),
    xml('tds:SerialNumber', device.serial),
    xml('tds:HardwareId', device.hardwareVersion),
  ]),

  operation('tds:GetServices', 'anyone', (request, call) => {
    const tellsAll = request.booleanAt('IncludeCapability') === true
    return Object.values(SERVICES).map(({ namespace, path, version, capabilities }) =>
      xml(
        'tds:Service',
        xml('tds:Namespace', namespace),
        xml('tds:XAddr', `${call.origin}${path}`),
        tellsAll ? xml('tds:Capabilities', capabilities()) : undefined,
        xml('tds:Version', versionOf(version)),
      ),
    )
  }),

  operation('tds:GetServiceCapabilities', 'anyone', () => SERVICES.device.capabilities()),

  operation('tds:GetCapabilities', 'anyone', (request, call) => {
    const wanted = request.all('Category').map(({ text }) => text)
    const has = (category: string) =>
      wanted.length === 0 || wanted.includes('All') || wanted.includes(category)
    return xml('tds:Capabilities', capabilities(call, has))
  }),

  operation('tds:GetWsdlUrl', 'anyone', () => xml('tds:WsdlUrl', 'http://www.onvif.org/')),

  operation('tds:GetEndpointReference', 'anyone', (_request, { parts }) =>
    xml('tds:GUID', endpointOf(parts.device)),
  ),

  operation('tds:GetScopes', known, (_request, { parts }) =>
    scopesOf(parts).map((scope) =>
      xml('tds:Scopes', xml('tt:ScopeDef', 'Fixed'), xml('tt:ScopeItem', scope)),
    ),
  ),

  operation('tds:SystemReboot', permission(reboot), async (_request, call) => {
    await run(reboot, {}, call)
    return xml('tds:Message', 'The camera restarts.')
  }),

  operation('tds:SetSystemFactoryDefault', permission(restore), async (request, call) => {
    // Soft keeps what is needed to reach the camera; this camera knows no such state.
    if (request.textAt('FactoryDefault') !== 'Hard') throw unsupported('FactoryDefault must be Hard')
    await run(restore, {}, call)
    return undefined
  }),
]

/** Device Management §8.1.2.3: the older way to tell what there is. */
function capabilities(call: Call, has: (category: string) => boolean): Content {
  const address = (service: ServiceName) => xml('tt:XAddr', addressOf(call, service))
  return [
    has('Device') ? xml('tt:Device', address('device'), deviceDetails()) : undefined,
    has('Events')
      ? xml(
          'tt:Events',
          address('events'),
          xml('tt:WSSubscriptionPolicySupport', false),
          xml('tt:WSPullPointSupport', true),
          xml('tt:WSPausableSubscriptionManagerInterfaceSupport', false),
        )
      : undefined,
    has('Imaging') ? xml('tt:Imaging', address('imaging')) : undefined,
    has('Media')
      ? xml(
          'tt:Media',
          address('media'),
          xml(
            'tt:StreamingCapabilities',
            xml('tt:RTPMulticast', false),
            xml('tt:RTP_TCP', true),
            xml('tt:RTP_RTSP_TCP', true),
          ),
          xml('tt:Extension', xml('tt:ProfileCapabilities', xml('tt:MaximumNumberOfProfiles', 2))),
        )
      : undefined,
    has('PTZ') ? xml('tt:PTZ', address('ptz')) : undefined,
    // These have no category of their own.
    has('All') ? xml('tt:Extension', recordingCapabilities(address)) : undefined,
  ]
}

function recordingCapabilities(address: (service: ServiceName) => Xml): Xml[] {
  return [
    xml(
      'tt:Recording',
      address('recording'),
      xml('tt:ReceiverSource', false),
      xml('tt:MediaProfileSource', true),
      xml('tt:DynamicRecordings', false),
      xml('tt:DynamicTracks', false),
      xml('tt:MaxStringLength', 64),
    ),
    xml('tt:Search', address('search'), xml('tt:MetadataSearch', false)),
    xml('tt:Replay', address('replay')),
  ]
}

function deviceDetails(): Xml[] {
  return [
    xml(
      'tt:Network',
      xml('tt:IPFilter', false),
      xml('tt:ZeroConfiguration', false),
      xml('tt:IPVersion6', true),
      xml('tt:DynDNS', false),
    ),
    xml(
      'tt:System',
      xml('tt:DiscoveryResolve', false),
      xml('tt:DiscoveryBye', true),
      xml('tt:RemoteDiscovery', false),
      xml('tt:SystemBackup', false),
      xml('tt:SystemLogging', false),
      xml('tt:FirmwareUpgrade', false),
      xml('tt:SupportedVersions', versionOf(SERVICES.device.version)),
    ),
    xml('tt:IO', xml('tt:InputConnectors', 0), xml('tt:RelayOutputs', 0)),
    xml(
      'tt:Security',
      xml('tt:TLS1.1', false),
      xml('tt:TLS1.2', true),
      xml('tt:OnboardKeyGeneration', false),
      xml('tt:AccessPolicyConfig', false),
      xml('tt:X.509Token', false),
      xml('tt:SAMLToken', false),
      xml('tt:KerberosToken', false),
      xml('tt:RELToken', false),
    ),
  ]
}
