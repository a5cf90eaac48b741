/**
 * The one table of options. From an entry follow the flag, the environment variable, the YAML key, the
 * type in `Config`, the checks, the help and docs/reference/options.md. A new option is one entry here.
 */
import type { LogLevel } from '../base/log.ts'
import {
  ADDRESS,
  choice,
  HEAD,
  INTERFACE,
  type Kind,
  MQTT_URL,
  PASSWORD,
  PORT,
  PORT_OR_OFF,
  path,
  RATE,
  S3_NAME,
  SOURCE,
  seconds,
  WEB_URL,
  WEBHOOKS,
} from './kinds.ts'

/** Where a value may come from, strongest first. */
export const ORIGINS = ['command line', 'environment', 'file'] as const
export type Origin = (typeof ORIGINS)[number]

export interface Option<T> {
  /** The name in kebab-case: `--NAME`, the YAML key, and `VEDETTE_NAME` in the environment. */
  readonly name: string
  readonly kind: Kind<T>
  readonly initial: T
  /** One sentence for people. */
  readonly meaning: string
  /** Says in words what holds when `initial` is undefined. */
  readonly otherwise?: string
  /** Left out: all of them. */
  readonly origins?: readonly Origin[]
}

/** Lets T be inferred from the kind and the initial value together: `string | undefined` without one. */
function option<T>(entry: Option<T>): Option<T> {
  return entry
}

/** What is recorded in the scheduled hours. */
type RecordOn = 'schedule' | 'motion'
const RECORD_ON = ['schedule', 'motion'] satisfies RecordOn[]

const SIRENS = ['virtual', 'host'] as const
type Siren = (typeof SIRENS)[number]

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] satisfies LogLevel[]

export const HARDWARE = ['virtual', 'host'] as const
type Hardware = (typeof HARDWARE)[number]

export const OPTIONS = {
  configFile: option({
    name: 'config',
    kind: path('FILE'),
    initial: undefined,
    otherwise: 'vedette.yaml, if there is one',
    meaning: 'Configuration file in YAML; its keys are the names of these options without the dashes.',
    origins: ['command line', 'environment'],
  }),
  dataDir: option({
    name: 'data',
    kind: path('DIR'),
    initial: './data',
    meaning: 'Folder for the database, keys and certificates; made if it is missing.',
  }),
  recordings: option({
    name: 'recordings',
    kind: path('DIR'),
    initial: undefined,
    otherwise: 'the folder recordings in that of data',
    meaning: 'Folder for recordings, on a disk with room; made if it is missing. It may hold other files.',
  }),
  segmentS: option({
    name: 'segment',
    kind: seconds(2, 3600),
    initial: 300,
    meaning: 'Longest recorded file in seconds.',
  }),
  recordOn: option<RecordOn>({
    name: 'record-on',
    kind: choice<RecordOn>('WHEN', RECORD_ON),
    initial: 'schedule',
    meaning:
      'What is recorded in the scheduled hours: everything (schedule), or motion with the moments before and after it (motion).',
  }),
  source: option({
    name: 'source',
    kind: SOURCE,
    initial: 'scene:street',
    meaning:
      'What the camera sees: scene:street (painted), file:PATH (played in a loop), rtsp://…, rtmp://…, http(s)://… or v4l2:/dev/video0.',
  }),
  hardware: option<Hardware>({
    name: 'hardware',
    kind: choice<Hardware>('KIND', HARDWARE),
    initial: 'virtual',
    meaning: 'Whose LED the power LED is: virtual (a mark on the web page) or host (one of this machine).',
  }),
  powerLedDir: option({
    name: 'power-led',
    kind: path('DIR'),
    initial: undefined,
    otherwise: 'that of /sys/class/leds named for the power, or the first',
    meaning: 'With --hardware host: folder of the LED, such as /sys/class/leds/ACT.',
  }),
  interface: option({
    name: 'interface',
    kind: INTERFACE,
    initial: undefined,
    otherwise: 'that of the default route',
    meaning: 'With --hardware host: the network interface that SetLocalLink gives an address.',
  }),
  ptz: option({
    name: 'ptz',
    kind: HEAD,
    initial: 'digital',
    meaning:
      'What PTZ commands move: digital (a window in the picture), pelco-d:/dev/ttyUSB0 (a serial line) or onvif:http://user:password@host/ (another camera; better not on the command line, where other users of the machine could read the password).',
  }),
  httpPort: option({
    name: 'http-port',
    kind: PORT,
    initial: 8080,
    meaning: 'Factory port of the web page, the API and HTTP-FLV; 0 picks a free one.',
  }),
  httpsPort: option({
    name: 'https-port',
    kind: PORT,
    initial: 8443,
    meaning: 'Factory port of the same over TLS; 0 picks a free one.',
  }),
  rtmpPort: option({
    name: 'rtmp-port',
    kind: PORT,
    initial: 1935,
    meaning: 'Factory port of RTMP; 0 picks a free one.',
  }),
  rtspPort: option({
    name: 'rtsp-port',
    kind: PORT,
    initial: 8554,
    meaning: 'Factory port of RTSP and RTSPS; 0 picks a free one.',
  }),
  onvif: option<'yes' | 'no'>({
    name: 'onvif',
    kind: choice('yes|no', ['yes', 'no']),
    initial: 'yes',
    meaning:
      'Whether the camera can be used by ONVIF, for which it keeps passwords sealed instead of only their hashes: yes or no.',
  }),
  onvifPort: option({
    name: 'onvif-port',
    kind: PORT,
    initial: 8000,
    meaning: 'Factory port of ONVIF; 0 picks a free one.',
  }),
  mediaPort: option<number | 'off'>({
    name: 'media-port',
    kind: PORT_OR_OFF,
    initial: 9000,
    meaning:
      'Factory port at which home automation is told of motion at once; 0 picks a free one, off leaves the service out. While it is there, passwords are kept sealed.',
  }),
  onvifDiscovery: option<'yes' | 'no'>({
    name: 'onvif-discovery',
    kind: choice('yes|no', ['yes', 'no']),
    initial: 'no',
    meaning:
      'Whether ONVIF clients on the local network find the camera by themselves (WS-Discovery): yes or no.',
  }),
  bind: option({
    name: 'bind',
    kind: ADDRESS,
    initial: undefined,
    otherwise: 'all addresses once the admin has a password, 127.0.0.1 until then',
    meaning: 'Address to listen on.',
  }),
  adminPasswordFile: option({
    name: 'admin-password-file',
    kind: path('FILE'),
    initial: undefined,
    otherwise: 'the admin has no password at first',
    meaning: 'File whose first line becomes the password of admin when the camera starts for the first time.',
  }),
  adminPassword: option({
    name: 'admin-password',
    kind: PASSWORD,
    initial: undefined,
    otherwise: 'as above',
    meaning:
      'The same without a file; not on the command line, where other users of the machine could read it.',
    origins: ['environment'],
  }),
  updateUrl: option({
    name: 'update-url',
    kind: WEB_URL,
    initial: undefined,
    otherwise: 'the camera looks for no updates',
    meaning: 'Address of a folder with updates, as npm run pak -- --feed DIR makes it.',
  }),
  updateKey: option({
    name: 'update-key',
    kind: path('FILE'),
    initial: undefined,
    otherwise: 'only the .pub files in the folder keys of the installation',
    meaning: 'File of public keys in PEM; firmware that is signed with one of them is accepted too.',
  }),
  upgradeTrialS: option({
    name: 'upgrade-trial',
    kind: seconds(1, 3600),
    initial: 60,
    meaning: 'Seconds that a new version has to stay up; if it does not, the former one is started again.',
  }),
  ddnsUrl: option({
    name: 'ddns-url',
    kind: WEB_URL,
    initial: undefined,
    otherwise: 'that of the service set by SetDdns',
    meaning: 'Address where a DDNS service that speaks dyndns2 takes updates.',
  }),
  publicAddressUrl: option({
    name: 'public-address-url',
    kind: WEB_URL,
    initial: undefined,
    otherwise: 'the router is asked, and if it does not tell, a page of the DDNS service',
    meaning: 'Address of a page that answers with the address it is asked from, for DDNS.',
  }),
  webhooks: option({
    name: 'webhook-url',
    kind: WEBHOOKS,
    initial: undefined,
    otherwise: 'no webhook',
    meaning:
      'Address to which events are posted; in the configuration file also a list of mappings with url and secret.',
  }),
  mqttUrl: option({
    name: 'mqtt-url',
    kind: MQTT_URL,
    initial: undefined,
    otherwise: 'no broker',
    meaning:
      'MQTT broker that is told of states and events; with a password better in the configuration file, because other users of the machine can read the command line.',
  }),
  siren: option<Siren>({
    name: 'siren',
    kind: choice<Siren>('KIND', SIRENS),
    initial: 'virtual',
    meaning:
      'Where the siren sounds: virtual (in the sound of the streams, and a mark on the web page) or host (besides on the loudspeaker of this machine, by aplay).',
  }),
  cloudEndpoint: option({
    name: 'cloud-endpoint',
    kind: WEB_URL,
    initial: undefined,
    otherwise: 'no cloud',
    meaning: 'Address of an S3-compatible storage for recordings; SetCloud gives the account.',
  }),
  cloudBucket: option({
    name: 'cloud-bucket',
    kind: S3_NAME,
    initial: 'vedette',
    meaning: 'The bucket there; it must exist.',
  }),
  cloudRegion: option({
    name: 'cloud-region',
    kind: S3_NAME,
    initial: 'us-east-1',
    meaning: 'The region of the bucket.',
  }),
  cloudRateKbps: option({
    name: 'cloud-rate',
    kind: RATE,
    initial: undefined,
    otherwise: 'as fast as the line allows',
    meaning: 'Upper bound of uploads in kbit/s.',
  }),
  allowLocalTargets: option<'yes' | 'no'>({
    name: 'allow-local-targets',
    kind: choice('yes|no', ['yes', 'no']),
    initial: 'no',
    meaning:
      'Whether the camera may connect to loopback and link-local addresses and its own when it is told to: yes or no.',
  }),
  logLevel: option<LogLevel>({
    name: 'log-level',
    kind: choice<LogLevel>('LEVEL', LOG_LEVELS),
    initial: 'info',
    meaning: `How much is logged: ${LOG_LEVELS.join(', ')}.`,
  }),
}

export type OptionKey = keyof typeof OPTIONS

/** The whole configuration, checked. Optional members have no value of their own; see `otherwise` above. */
export type Config = { readonly [K in OptionKey]: (typeof OPTIONS)[K] extends Option<infer T> ? T : never }

/** The options as a list, in the order of the table. */
export function listOptions(): (Option<unknown> & { readonly key: OptionKey })[] {
  return Object.entries(OPTIONS).map(([key, entry]) => ({ key: key as OptionKey, ...entry }))
}

/** A configuration from a supervisor that knows fewer options than this version has. */
export function withDefaults(known: Config): Config {
  return {
    ...Object.fromEntries(listOptions().map(({ key, initial }) => [key, initial])),
    ...known,
  } as Config
}

/** Whether a value of this option may come from there. */
export function isTakenFrom(entry: Option<unknown>, origin: Origin): boolean {
  return entry.origins?.includes(origin) ?? true
}

/** `http-port` → `VEDETTE_HTTP_PORT`. */
export function environmentName(name: string): string {
  return `VEDETTE_${name.toUpperCase().replaceAll('-', '_')}`
}
