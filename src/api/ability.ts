/**
 * What this camera can do and who may do it (Guide §9, GetAbility). The table holds every key of the guide;
 * a key counts only while something claims it: a command of that key, or a part that says it is there.
 */
import type { Level } from '../auth/types.ts'

/** Permission bits. */
export const RIGHTS = { execute: 1, revise: 2, read: 4 } as const
export type Right = keyof typeof RIGHTS

interface Ability {
  readonly permit: number
  /** Version of the option set, once supported. */
  readonly ver: number
}

const ability = (permit: number, ver = 1): Ability => ({ permit, ver })

/**
 * Keys of the device, with an administrator's rights (Guide §3.1.1; for the odd spellings). Those that stand in
 * later firmware only are listed in docs/reference/quirks.md.
 */
const DEVICE_ABILITIES = {
  '3g': ability(6),
  alarmDisconnet: ability(6),
  alarmHddErr: ability(6),
  alarmHddFull: ability(6),
  alarmIpConflict: ability(6),
  auth: ability(6),
  autoMaint: ability(6),
  cloudStorage: ability(6),
  ddns: ability(6, 6),
  devInfo: ability(4),
  devName: ability(6, 2),
  disk: ability(6),
  display: ability(6),
  email: ability(6, 2),
  emailSchedule: ability(6),
  exportCfg: ability(4),
  hourFmt: ability(6),
  http: ability(6),
  httpFlv: ability(4),
  https: ability(6),
  importCfg: ability(2),
  ipcManager: ability(6),
  localLink: ability(6),
  log: ability(6),
  mediaPort: ability(6),
  ntp: ability(6),
  online: ability(6),
  onvif: ability(6),
  p2p: ability(6),
  performance: ability(4),
  pppoe: ability(6),
  push: ability(6),
  pushSchedule: ability(6),
  reboot: ability(1),
  restore: ability(1),
  rtmp: ability(6),
  rtsp: ability(6, 3),
  scheduleVersion: ability(6),
  sdCard: ability(6),
  supportHttpEnable: ability(6),
  supportHttpsEnable: ability(6),
  supportOnvifEnable: ability(6),
  supportRtmpEnable: ability(6),
  supportRtspEnable: ability(6),
  talk: ability(6),
  time: ability(6),
  tvSystem: ability(6),
  upgrade: ability(1, 2),
  upnp: ability(6),
  user: ability(6),
  wifi: ability(6, 3),
} as const satisfies Record<string, Ability>

/** Keys of each channel. */
const CHANNEL_ABILITIES = {
  alarmAudio: ability(6),
  alarmIoIn: ability(6),
  alarmIoOut: ability(6),
  alarmMd: ability(6),
  alarmRf: ability(6),
  cameraMode: ability(0),
  disableAutoFocus: ability(6),
  enc: ability(6),
  floodLight: ability(6),
  ftp: ability(6, 2),
  image: ability(6),
  isp: ability(6),
  ispAntiFlick: ability(6),
  ispBackLight: ability(6),
  ispBright: ability(6),
  ispContrast: ability(6),
  ispDayNight: ability(6),
  ispExposureMode: ability(6),
  ispFlip: ability(6),
  ispHue: ability(6),
  ispMirror: ability(6),
  ispSatruation: ability(6),
  ispSharpen: ability(6),
  ispWhiteBalance: ability(6),
  ledControl: ability(6),
  live: ability(4),
  mainEncType: ability(0),
  mask: ability(6),
  osd: ability(6),
  powerLed: ability(6),
  ptzCtrl: ability(1),
  ptzPatrol: ability(7),
  ptzPreset: ability(7),
  ptzTattern: ability(7),
  ptzType: ability(0, 2),
  recCfg: ability(6),
  recDownload: ability(6),
  recReplay: ability(6),
  recSchedule: ability(6),
  snap: ability(6),
  supportAudioAlarm: ability(6),
  supportFLBrightness: ability(6),
  supportFLKeepOn: ability(6),
  supportFLSchedule: ability(6),
  supportFLswitch: ability(6),
  supportWebhook: ability(6),
  videoClip: ability(6),
} as const satisfies Record<string, Ability>

export type DeviceKey = keyof typeof DEVICE_ABILITIES
export type ChannelKey = keyof typeof CHANNEL_ABILITIES
export type AbilityKey = DeviceKey | ChannelKey

/** Keys a guest gets nothing of, although reading them would be a read right. */
const HIDDEN_FROM_GUESTS: ReadonlySet<string> = new Set<AbilityKey>([
  '3g',
  'auth',
  'cloudStorage',
  'ddns',
  'email',
  'exportCfg',
  'ftp',
  'importCfg',
  'log',
  'online',
  'p2p',
  'pppoe',
  'ptzCtrl',
  'push',
  'reboot',
  'restore',
  'sdCard',
  'upgrade',
  'user',
  'wifi',
])

/** What a command demands: a bit on a key. */
export interface Permission {
  readonly key: AbilityKey
  readonly right: Right
}

/** The permission bits a user of `level` has on `key` where the key is supported. */
function permitOf(key: AbilityKey, level: Level): number {
  const { permit } = { ...DEVICE_ABILITIES, ...CHANNEL_ABILITIES }[key]
  if (level === 'admin') return permit
  return HIDDEN_FROM_GUESTS.has(key) ? 0 : permit & RIGHTS.read
}

/** The abilities of one camera. */
export class Abilities {
  readonly #supported: ReadonlySet<AbilityKey>
  readonly #channels: number
  readonly #permits: Readonly<Record<Level, ReadonlyMap<AbilityKey, number>>>
  readonly #versions: Partial<Readonly<Record<AbilityKey, number>>>

  /**
   * `supported`: the keys that commands and parts claim. `versions`: of option sets this camera has in another
   * version than the table says.
   */
  constructor(
    supported: Iterable<AbilityKey>,
    channels: number,
    versions: Partial<Readonly<Record<AbilityKey, number>>> = {},
  ) {
    this.#versions = versions
    this.#supported = new Set(supported)
    this.#channels = channels
    const permits = (level: Level) =>
      new Map([...this.#supported].map((key) => [key, permitOf(key, level)] as const))
    this.#permits = { admin: permits('admin'), guest: permits('guest') }
  }

  supports(key: AbilityKey): boolean {
    return this.#supported.has(key)
  }

  permits(level: Level, { key, right }: Permission): boolean {
    return ((this.#permits[level].get(key) ?? 0) & RIGHTS[right]) !== 0
  }

  /** The tree that GetAbility answers for a user of `level`. */
  tree(level: Level): Record<string, unknown> {
    const branch = (table: Readonly<Record<string, Ability>>) =>
      Object.fromEntries(
        Object.entries(table).map(([key, { ver }]) => {
          const permit = this.#permits[level].get(key as AbilityKey)
          const here = this.#versions[key as AbilityKey] ?? ver
          return [key, permit === undefined ? { permit: 0, ver: 0 } : { permit, ver: here }]
        }),
      )
    return {
      ...branch(DEVICE_ABILITIES),
      abilityChn: Array.from({ length: this.#channels }, () => branch(CHANNEL_ABILITIES)),
    }
  }
}
