/**
 * Messages between the camera process and the engine process of one channel (IPC, advanced serialization).
 * The camera always sends its whole wish as `configure`; the engine finds out what changed.
 */
import type { Zone } from '../base/local-time.ts'
import type { Packet, StreamFormat, StreamName } from '../media/packet.ts'
import type { HeadMotion, ViewWindow } from './head/motion.ts'

/** Picture positions of the guide (Guide §3.4.5). */
export const OSD_POSITIONS = [
  'Upper Left',
  'Top Center',
  'Upper Right',
  'Lower Left',
  'Bottom Center',
  'Lower Right',
] as const
export type OsdPosition = (typeof OSD_POSITIONS)[number]

export interface OsdSettings {
  readonly name: { readonly enabled: boolean; readonly text: string; readonly position: OsdPosition }
  readonly time: { readonly enabled: boolean; readonly position: OsdPosition }
  /** A dark box behind the words instead of an outline around them. */
  readonly background: boolean
  /** The mark of the maker in a free corner. */
  readonly watermark: boolean
}

export const PROFILES = ['Base', 'Main', 'High'] as const
export type Profile = (typeof PROFILES)[number]

export interface EncoderSettings {
  readonly width: number
  readonly height: number
  readonly frameRate: number
  /** Upper bit rate, kbit/s. */
  readonly rateKbps: number
  readonly profile: Profile
  /** Seconds between key frames. */
  readonly gopSeconds: number
}

/** Guide §3.4.3. All from 0 to 255 and neutral at 128. */
export interface ImageSettings {
  readonly bright: number
  readonly contrast: number
  readonly saturation: number
  readonly hue: number
  readonly sharpen: number
}

export const ANTI_FLICKER = ['Outdoor', '50HZ', '60HZ', 'Off'] as const
export const BACK_LIGHT = ['Off', 'BackLightControl', 'DynamicRangeControl'] as const
export const DAY_NIGHT = ['Auto', 'Color', 'Black&White'] as const
export const EXPOSURES = ['Auto', 'LowNoise', 'Anti-Smearing', 'Manual'] as const
export const WHITE_BALANCE = ['Auto', 'Manual'] as const

/** From the lower to the upper bound that the automatic keeps to. */
export interface Limits {
  readonly min: number
  readonly max: number
}

/** The image processor (Guide §3.4.7); what counts when is told in docs/design/picture.md. */
export interface IspSettings {
  readonly antiFlicker: (typeof ANTI_FLICKER)[number]
  readonly backLight: (typeof BACK_LIGHT)[number]
  /** 0 to 255. */
  readonly blc: number
  readonly drc: number
  readonly dayNight: (typeof DAY_NIGHT)[number]
  readonly exposure: (typeof EXPOSURES)[number]
  /** 1 to 100. */
  readonly gain: Limits
  /** 0 to 125 ms. */
  readonly shutter: Limits
  readonly whiteBalance: (typeof WHITE_BALANCE)[number]
  /** 0 to 255, neutral at 128. */
  readonly redGain: number
  readonly blueGain: number
  /** Noise is reduced. */
  readonly nr3d: boolean
  /** Left and right exchanged. */
  readonly mirror: boolean
  /** Upside down: turned by 180°. */
  readonly rotate: boolean
}

/** How the infrared lamp is switched (Guide §3.11.1). */
export const LAMP_MODES = ['Auto', 'Off', 'On'] as const
export type LampMode = (typeof LAMP_MODES)[number]

/** The white lamp, which lights up the scene in colour. */
export interface WhiteLampSettings {
  /** `night` is on while the engine finds it dark. */
  readonly light: 'off' | 'on' | 'night'
  /** 0 to 1. */
  readonly brightness: number
}

export const DATE_FORMATS = ['MM/DD/YYYY', 'YYYY/MM/DD', 'DD/MM/YYYY'] as const

/** The camera's clock, and how it is written into the picture (docs/design/time.md). */
export interface ClockSettings {
  /** The clock showed `wallMs` (milliseconds since 1970 UTC) at `monotonicMs`. */
  readonly wallMs: number
  readonly monotonicMs: number
  readonly zone: Zone
  readonly dateFormat: (typeof DATE_FORMATS)[number]
  readonly twelveHours: boolean
}

export interface EngineSettings {
  /** Source specification as on the command line, for example `scene:street?seed=1` or `file:/clips/a.mp4`. */
  readonly source: string
  readonly audio: boolean
  /** A siren is mixed into the sound. */
  readonly siren: boolean
  readonly streams: Readonly<Record<StreamName, EncoderSettings>>
  /** Streams that are encoded now; the others cost nothing. */
  readonly active: Readonly<Record<StreamName, boolean>>
  readonly image: ImageSettings
  readonly isp: IspSettings
  readonly lamp: LampMode
  readonly whiteLamp: WhiteLampSettings
  /** Parts of the screen that are black, in fractions of it. */
  readonly masks: readonly ViewWindow[]
  /** The part of the screen that main shows. */
  readonly crop: ViewWindow
  readonly head: HeadMotion
  readonly osd: OsdSettings
  readonly clock: ClockSettings
}

/** What is to be seen in one picture (docs/design/motion.md). Nothing is sent while nothing is. */
export interface Sighting {
  /** A bit for each of 80 × 45 cells, set where something moves; undefined if nothing does. */
  readonly cells: Uint8Array | undefined
  /** Why the camera cannot see. */
  readonly trouble: { readonly covered: boolean; readonly frozen: boolean; readonly defocused: boolean }
}

export type SourceState = 'connecting' | 'live' | 'lost'

/** Camera to engine. */
export type EngineRequest =
  | { readonly type: 'configure'; readonly settings: EngineSettings; readonly epochMonotonicMs: number }
  | { readonly type: 'key-frame'; readonly stream: StreamName }
  | {
      readonly type: 'snapshot'
      readonly id: number
      readonly stream: StreamName
      /** Pixels of the answer; the stream's own size if left out. */
      readonly width?: number
      readonly height?: number
    }

/** Engine to camera. */
export type EngineEvent =
  /** A sign of life once a second, whatever else is sent. */
  | { readonly type: 'beat' }
  | { readonly type: 'packet'; readonly stream: StreamName; readonly packet: Packet }
  /** Sent before the first packet of that format. */
  | { readonly type: 'format'; readonly stream: StreamName; readonly format: StreamFormat }
  | { readonly type: 'snapshot'; readonly id: number; readonly jpeg: Uint8Array }
  | { readonly type: 'snapshot-failed'; readonly id: number; readonly message: string }
  | { readonly type: 'sighting'; readonly atMonotonicMs: number; readonly sighting: Sighting }
  | { readonly type: 'source'; readonly state: SourceState; readonly detail: string }
