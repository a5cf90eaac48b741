/**
 * ONVIF's schemas (onvif.xsd and the services' WSDL) as far as the camera's answers go, by the name of the element: the order of
 * children, which of them have to be there, and what texts look like. Where one name has several types the orders are joined in a
 * way that fits all.
 */
const entity = 'Name UseCount'
const h264 =
  'ResolutionsAvailable GovLengthRange FrameRateRange EncodingIntervalRange H264ProfilesSupported BitrateRange'
const source = `${entity} SourceToken Bounds Extension`
const encoder = `${entity} Encoding Resolution Quality RateControl MPEG4 H264 Multicast SessionTimeout`
const head = `${entity} NodeToken DefaultAbsolutePantTiltPositionSpace DefaultAbsoluteZoomPositionSpace DefaultRelativePanTiltTranslationSpace DefaultRelativeZoomTranslationSpace DefaultContinuousPanTiltVelocitySpace DefaultContinuousZoomVelocitySpace DefaultPTZSpeed DefaultPTZTimeout PanTiltLimits ZoomLimits Extension`
const spaces =
  'AbsolutePanTiltPositionSpace AbsoluteZoomPositionSpace RelativePanTiltTranslationSpace RelativeZoomTranslationSpace ContinuousPanTiltVelocitySpace ContinuousZoomVelocitySpace PanTiltSpeedSpace ZoomSpeedSpace Extension'
const osd = 'VideoSourceConfigurationToken Type Position TextString Image Extension'

const TEXTS: Readonly<Record<string, string>> = {
  GetDeviceInformationResponse: 'Manufacturer Model FirmwareVersion SerialNumber HardwareId',
  Service: 'Namespace XAddr Capabilities Version',
  SystemDateAndTime: 'DateTimeType DaylightSavings TimeZone UTCDateTime LocalDateTime Extension',
  UTCDateTime: 'Time Date',
  LocalDateTime: 'Time Date',
  Time: 'Hour Minute Second',
  Date: 'Year Month Day',
  User: 'Username Password UserLevel Extension',
  NetworkInterfaces: 'Enabled Info Link IPv4 IPv6 Extension',
  Info: 'Name HwAddress MTU Codec Total',
  IPv4: 'Enabled Config',
  Config: 'Manual LinkLocal FromDHCP DHCP',
  NetworkProtocols: 'Name Enabled Port Extension',
  Scopes: 'ScopeDef ScopeItem',
  NTPInformation: 'FromDHCP NTPFromDHCP NTPManual Extension',
  NTPManual: 'Type IPv4Address IPv6Address DNSname Extension',
  DNSInformation: 'FromDHCP SearchDomain DNSFromDHCP DNSManual Extension',
  DNSFromDHCP: 'Type IPv4Address IPv6Address',
  NetworkGateway: 'IPv4Address IPv6Address',
  HostnameInformation: 'FromDHCP Name Extension',
  Device: 'XAddr Network System IO Security Extension',
  Events:
    'XAddr WSSubscriptionPolicySupport WSPullPointSupport WSPausableSubscriptionManagerInterfaceSupport',
  Media: 'XAddr StreamingCapabilities Extension',
  Security:
    'TLS1.1 TLS1.2 OnboardKeyGeneration AccessPolicyConfig X.509Token SAMLToken KerberosToken RELToken Extension',
  System:
    'DiscoveryResolve DiscoveryBye RemoteDiscovery SystemBackup SystemLogging FirmwareUpgrade SupportedVersions Extension',
  Profile:
    'Name VideoSourceConfiguration AudioSourceConfiguration VideoEncoderConfiguration AudioEncoderConfiguration VideoAnalyticsConfiguration PTZConfiguration MetadataConfiguration Extension',
  VideoSources: 'Framerate Resolution Imaging Extension',
  VideoSourceConfiguration: source,
  VideoSource: source,
  AudioSource: source,
  AudioSourceConfiguration: source,
  VideoEncoderConfiguration: encoder,
  AudioEncoderConfiguration: `${entity} Encoding Bitrate SampleRate Multicast SessionTimeout`,
  AudioEncoder: `${entity} Encoding Multicast Bitrate SampleRate`,
  VideoEncoder: `${entity} Encoding Resolution RateControl Multicast Quality`,
  RateControl: 'FrameRateLimit EncodingInterval BitrateLimit',
  Multicast: 'Address Port TTL AutoStart',
  Address: 'Type IPv4Address IPv6Address',
  Resolution: 'Width Height',
  ResolutionsAvailable: 'Width Height',
  H264: `GovLength H264Profile ${h264}`,
  BoundsRange: 'XRange YRange WidthRange HeightRange',
  MediaUri: 'Uri InvalidAfterConnect InvalidAfterReboot Timeout',
  PTZConfiguration: head,
  PTZ: `XAddr ${head}`,
  PTZNode: 'Name SupportedPTZSpaces MaximumNumberOfPresets HomeSupported AuxiliaryCommands Extension',
  SupportedPTZSpaces: spaces,
  Spaces: spaces,
  PTZConfigurationOptions: 'Spaces PTZTimeout PTControlDirection Extension',
  PTZStatus: 'Position MoveStatus Error UtcTime',
  PTZSpeed: 'PanTilt Zoom',
  Preset: 'Name PTZPosition',
  ImagingSettings:
    'BacklightCompensation Brightness ColorSaturation Contrast Exposure Focus IrCutFilter Sharpness WideDynamicRange WhiteBalance Extension',
  ImagingOptions:
    'BacklightCompensation Brightness ColorSaturation Contrast Exposure Focus IrCutFilterModes Sharpness WideDynamicRange WhiteBalance Extension',
  FocusStatus20: 'Position MoveStatus Error Extension',
  OSDs: osd,
  OSD: osd,
  OSDOptions: 'MaximumNumberOfOSDs Type PositionOption TextOption ImageOption Extension',
  TextOption: 'Type FontSizeRange DateFormat TimeFormat FontColor BackgroundColor Extension',
  TextString:
    'IsPersistentText Type DateFormat TimeFormat FontSize FontColor BackgroundColor PlainText Extension',
  GetEventPropertiesResponse:
    'TopicNamespaceLocation FixedTopicSet TopicSet TopicExpressionDialect MessageContentFilterDialect ProducerPropertiesFilterDialect MessageContentSchemaLocation',
  MessageDescription: 'Source Key Data Extension',
  Summary: 'DataFrom DataUntil NumberRecordings',
  RecordingInformation:
    'RecordingToken Source EarliestRecording LatestRecording Content Track RecordingStatus',
  Source:
    'SourceId Name Location Description Address SourceToken AutoCreateReceiver Tracks SimpleItem SimpleItemDescription',
  Track: 'TrackToken TrackType Description DataFrom DataTo SourceTag Destination Error State Configuration',
  Tracks: 'SourceTag Destination Track',
  TrackInformation: 'TrackToken TrackType Description DataFrom DataTo',
  MediaAttributes: 'RecordingToken TrackAttributes From Until',
  TrackAttributes: 'TrackInformation VideoAttributes AudioAttributes MetadataAttributes Extension',
  VideoAttributes: 'Bitrate Width Height Encoding Framerate',
  AudioAttributes: 'Bitrate Encoding Samplerate',
  ResultList: 'SearchState RecordingInformation Result',
  Result: 'RecordingToken TrackToken Time Event StartStateEvent',
  Event: 'SubscriptionReference Topic ProducerReference Message',
  RecordingItem: 'RecordingToken Configuration Tracks',
  RecordingConfiguration: 'Source Content MaximumRetentionTime',
  JobItem: 'JobToken JobConfiguration',
  JobConfiguration: 'RecordingToken Mode Priority Source Extension EventFilter',
  Sources: 'SourceToken State Tracks',
  Recording: 'XAddr ReceiverSource MediaProfileSource DynamicRecordings DynamicTracks MaxStringLength',
}

/** What the schemas ask to be there; where one name has several types, what all of them ask for. */
const REQUIRED_TEXTS: Readonly<Record<string, string>> = {
  GetDeviceInformationResponse: 'Manufacturer Model FirmwareVersion SerialNumber HardwareId',
  Service: 'Namespace XAddr Version',
  Version: 'Major Minor',
  SystemDateAndTime: 'DateTimeType DaylightSavings',
  User: 'Username UserLevel',
  NetworkInterfaces: 'Enabled',
  IPv4: 'Enabled Config',
  Config: 'DHCP',
  NetworkProtocols: 'Name Enabled Port',
  Scopes: 'ScopeDef ScopeItem',
  HostnameInformation: 'FromDHCP',
  Profile: 'Name',
  VideoSources: 'Framerate Resolution',
  VideoSourceConfiguration: 'Name UseCount SourceToken Bounds',
  VideoSource: 'Name UseCount SourceToken Bounds',
  AudioSourceConfiguration: 'Name UseCount SourceToken',
  VideoEncoderConfiguration: 'Name UseCount Encoding Resolution Quality Multicast SessionTimeout',
  VideoEncoder: 'Name UseCount Encoding Resolution Quality',
  AudioEncoderConfiguration: 'Name UseCount Encoding Bitrate SampleRate Multicast SessionTimeout',
  AudioEncoder: 'Name UseCount Encoding Bitrate SampleRate',
  RateControl: 'FrameRateLimit BitrateLimit',
  Multicast: 'Address Port TTL AutoStart',
  Resolution: 'Width Height',
  MediaUri: 'Uri InvalidAfterConnect InvalidAfterReboot Timeout',
  PTZConfiguration: 'Name UseCount NodeToken',
  PTZNode: 'SupportedPTZSpaces MaximumNumberOfPresets HomeSupported',
  PTZConfigurationOptions: 'Spaces PTZTimeout',
  PTZStatus: 'UtcTime',
  OSD: 'VideoSourceConfigurationToken Type Position',
  OSDOptions: 'MaximumNumberOfOSDs Type PositionOption',
  GetEventPropertiesResponse:
    'TopicNamespaceLocation FixedTopicSet TopicSet TopicExpressionDialect MessageContentFilterDialect MessageContentSchemaLocation',
  Summary: 'DataFrom DataUntil NumberRecordings',
  RecordingInformation: 'RecordingToken Source Content RecordingStatus',
  TrackInformation: 'TrackToken TrackType Description DataFrom DataTo',
  MediaAttributes: 'RecordingToken From Until',
  TrackAttributes: 'TrackInformation',
  VideoAttributes: 'Width Height Encoding Framerate',
  AudioAttributes: 'Encoding Samplerate',
  ResultList: 'SearchState',
  Result: 'RecordingToken TrackToken Time Event StartStateEvent',
  Event: 'Message',
  RecordingItem: 'RecordingToken Configuration Tracks',
  RecordingConfiguration: 'Source Content MaximumRetentionTime',
  JobItem: 'JobToken JobConfiguration',
  JobConfiguration: 'RecordingToken Mode Priority',
  Recording: 'XAddr ReceiverSource MediaProfileSource DynamicRecordings DynamicTracks MaxStringLength',
}

/** Simple types (XML Schema Part 2), by the names of the elements that have them. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [
    /^-?\d+$/,
    'UseCount Width Height Port TTL FrameRateLimit EncodingInterval BitrateLimit GovLength SampleRate Hour Minute Second Year Month Day Major Minor PrefixLength MaximumNumberOfPresets MaximumNumberOfProfiles MaxStringLength NumberRecordings Priority Channels InputConnectors RelayOutputs',
  ],
  // Limits of timeouts too.
  [/^(-?\d+(\.\d+)?|PT\d+S)$/, 'Min Max'],
  [/^-?\d+(\.\d+)?$/, 'Framerate Brightness ColorSaturation Contrast Sharpness Quality Position'],
  [
    /^(true|false)$/,
    'AutoStart FromDHCP DHCP Enabled DaylightSavings InvalidAfterConnect InvalidAfterReboot HomeSupported WSSubscriptionPolicySupport WSPullPointSupport RTPMulticast RTP_TCP RTP_RTSP_TCP FixedTopicSet StartStateEvent ReceiverSource MediaProfileSource DynamicRecordings DynamicTracks MetadataSearch',
  ],
  [
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
    'DataFrom DataTo DataUntil EarliestRecording LatestRecording From Until Time UtcTime CurrentTime TerminationTime',
  ],
  [
    /^P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/,
    'SessionTimeout Timeout MaximumRetentionTime DefaultPTZTimeout',
  ],
  [/^https?:\/\/[^ ]+$/, 'XAddr Namespace'],
  [/^rtsp:\/\/[^ ]+$|^https?:\/\/[^ ]+$/, 'Uri'],
  [/^(H264|AAC|MP4A-LATM)$/, 'Encoding'],
  [/^(Video|Audio|Metadata|Extended)$/, 'TrackType'],
  [/^(Initiated|Recording|Stopped|Removing|Removed|Unknown)$/, 'RecordingStatus'],
  [/^(Queued|Searching|Completed|Unknown)$/, 'SearchState'],
  [/^(Idle|Active)$/, 'Mode'],
  [/^(Manual|NTP)$/, 'DateTimeType'],
  [/^(Administrator|Operator|User|Anonymous|Extended)$/, 'UserLevel'],
]

type ByName = Readonly<Record<string, readonly string[] | undefined>>

const split = (texts: Readonly<Record<string, string>>): ByName =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.split(' ')]))

export const ORDERS = split(TEXTS)
export const REQUIRED = split(REQUIRED_TEXTS)

/** What the text of an element without children has to look like. */
export const formOf = (name: string): RegExp | undefined =>
  FORMS.find(([, names]) => names.split(' ').includes(name))?.[0]
