/** What commands can reach: the parts of the camera, each through the few functions that commands need. */
import type { Email } from '../alarm/email/email.ts'
import type { Ftp } from '../alarm/ftp/ftp.ts'
import type { Pause } from '../alarm/web-push/pause.ts'
import type { Access as AccessPart } from '../auth/access.ts'
import type { ErrorKind } from '../base/errors.ts'
import type { LocalTime } from '../base/local-time.ts'
import type { Log } from '../base/log.ts'
import type { WeeklyPlan } from '../base/weekly-gate.ts'
import type { EngineSettings } from '../engine/protocol.ts'
import type { StreamName } from '../media/packet.ts'
import type { MotionSettings } from '../motion/judge.ts'
import type { NetworkParts } from '../network/ports.ts'
import type { Ptz } from '../ptz/control.ts'
import type { ManualRecording } from '../recorder/manual.ts'
import type { RecordingPlan, RecordOn } from '../recorder/policy.ts'
import type { ServicePorts } from '../servers/service-ports.ts'
import type { VolumeState } from '../storage/volume.ts'
import type { AlarmEventStore } from '../store/alarm-events.ts'
import type { LogFilter, LogPage } from '../store/log.ts'
import type { RecordingRow } from '../store/recordings.ts'
import type { MaintenancePlan } from '../system/auto-maintenance.ts'
import type { ClockFace } from '../system/device-clock.ts'
import type { LogEvent } from '../system/log-event.ts'
import type { Load } from '../system/performance.ts'
import type { WhiteLampPlan } from '../system/white-lamp.ts'
import type { Abilities } from './ability.ts'
import type { StoredFile } from './define/command.ts'
import type { Settings } from './settings.ts'

/** The picture side of one channel. */
export interface ChannelPort {
  /** Changes what the engine shall do; what is left out stays. Takes effect with the next picture. */
  configure(
    change: Partial<
      Pick<EngineSettings, 'audio' | 'streams' | 'osd' | 'image' | 'isp' | 'lamp' | 'masks' | 'crop'>
    >,
  ): void
  /** The newest picture as JPEG. Errors: CameraError `timeout`, `get-failed`. */
  snapshot(options: { stream: StreamName; width?: number; height?: number }): Promise<Uint8Array>
  /** Keeps a stream encoded for a while, for a viewer of that user who is on the way. */
  expectViewer(user: string, stream: StreamName): void
  /** Takes `expectViewer` back. */
  dismissViewer(user: string, stream: StreamName): void
}

/** Who this camera is (Guide §3.1.2). */
export interface DeviceIdentity {
  readonly model: string
  readonly serial: string
  readonly hardwareVersion: string
  readonly firmwareVersion: string
  readonly configVersion: string
  readonly buildDay: string
}

export interface PowerPort {
  /** Both let the answer go out first. */
  reboot(): void
  shutdown(): void
}

/** The camera's own clock (docs/design/time.md). */
export interface ClockPort {
  wallMs(): number
  /** What the clock shows, now or at another instant. */
  local(utcMs?: number): LocalTime
  /** When it shows that; of an hour that comes twice the first time. */
  instantOf(local: LocalTime): number
  /** How it is read. */
  readonly reading: ClockFace
  /** Sets the clock to an instant. Errors: CameraError `write-failed`. */
  set(utcMs: number): void
  /** Changes how the clock is read; the instant stays. */
  configure(face: ClockFace): void
}

/** Motion detection of one channel (docs/design/motion.md). */
export interface MotionPort {
  /** Takes effect at once. */
  configure(settings: MotionSettings): void
  /** Motion goes on, or did a moment ago. */
  readonly isMotion: boolean
}

/** Recorded files (docs/design/recordings.md). */
export interface RecordingsPort {
  configure(channel: number, plan: RecordingPlan): void
  /** Recordings that overlap a time, the first ones first; the one being made as far as it is written. */
  between(span: RecordedSpan, fromMs: number, toMs: number, limit: number): RecordingRow[]
  /** The same without a limit, looked up as they are taken. */
  each(span: RecordedSpan, fromMs: number, toMs: number): Iterable<RecordingRow>
  hasAny(span: RecordedSpan, fromMs: number, toMs: number): boolean
  /** From the first to the last recording; undefined if there is none. */
  extent(span: RecordedSpan): { readonly startMs: number; readonly endMs: number } | undefined
  /** The file of that name, as far as it is written; undefined if there is none. Errors: CameraError `read-failed`. */
  file(name: string): Promise<StoredFile | undefined>
}

/** What the camera noticed (docs/design/alarms.md). */
export type AlarmEventsPort = Pick<AlarmEventStore, 'between'>

export type RecordedSpan = Pick<RecordingRow, 'channel' | 'stream'>

export interface MaintenancePort {
  /** When the camera restarts by itself; undefined is never. */
  plan(plan: MaintenancePlan | undefined): void
}

/** The LED that tells that the camera is running. */
export interface PowerLedPort {
  /** Errors: CameraError `set-failed`. */
  switch(on: boolean): void
}
/** The white lamp of one channel. */
export interface WhiteLampPort {
  /** Takes effect at once. */
  configure(plan: WhiteLampPlan): void
}

/** Recording by hand on one channel. */
export type ManualRecordingPort = Pick<ManualRecording, 'isOn' | 'remainingSeconds' | 'start' | 'stop'>

/** Head and lens of one channel; errors are those of `Ptz`. */
export type PtzPort = Pick<
  Ptz,
  | 'face'
  | 'order'
  | 'presets'
  | 'changePreset'
  | 'patrol'
  | 'changePatrol'
  | 'tracks'
  | 'changeTracks'
  | 'setAutoFocus'
  | 'guard'
  | 'changeGuard'
  | 'lensTo'
  | 'position'
  | 'drive'
  | 'travel'
  | 'home'
  | 'isMoving'
  | 'setSerial'
  | 'backup'
  | 'restore'
>

/** Where what happens is noted for the owner. */
export interface DeviceLogPort {
  /** Never throws. */
  write(event: LogEvent): void
  /** Errors: CameraError `get-failed`. */
  read(filter: LogFilter): LogPage
  /** Empties it but for an entry that says by whom. Errors: CameraError `write-failed`. */
  clear(by: Pick<LogEvent, 'userName' | 'address'>): void
}

export interface PerformancePort {
  /** Of the last two seconds or so. */
  readonly load: Load
}

/** The way back to the factory state; it is gone as the camera restarts. */
export interface FactoryResetPort {
  /**
   * On the disk when this returns. `by` is who asked for it, for the log. Errors: CameraError `write-failed`; nothing
   * has changed then.
   */
  atNextStart(by?: { readonly userName: string; readonly address: string }): void
}

/** What commands need of the store beyond settings and users. */
export interface StorePort {
  /** Stores all that `write` does, or nothing. Errors: CameraError `write-failed`, and those of `write`. */
  atomically(write: () => void): void
}

/** A file on its way in, and who sends it. */
export interface FirmwareUpload {
  readonly filename: string
  readonly content: AsyncIterable<Uint8Array>
  /** The settings shall be reset by the upgrade. */
  readonly resets: boolean
}

/** New versions of the camera (docs/design/firmware.md). `by` is for the device log. */
export interface FirmwarePort {
  /** There is a place to look for updates. */
  readonly isOnline: boolean
  /** A file of that name will come. Errors: CameraError `set-failed` while another upgrade runs. */
  announce(fileName: string, resets: boolean): void
  /**
   * A whole package, or one of its pieces. Once it is complete it is installed and the camera reboots.
   * Errors: CameraError `check-failed`, `same-version`, `bad-value`, `set-failed`, `receive-failed`, `write-failed`.
   */
  receive(file: FirmwareUpload, by: Actor): Promise<void>
  /** Of the upgrade that runs or ran last: 0..100, and what kind of error ended it. */
  status(): { readonly percent: number; readonly failure: ErrorKind | undefined }
  /** Errors: CameraError `not-supported` and those of the network. */
  hasNewer(): Promise<boolean>
  /** Resolves when the download has begun. Errors: as `hasNewer`, `same-version`, `set-failed`. */
  upgradeOnline(by: Actor): Promise<void>
  /** Whether to do so by itself, once a day. */
  upgradeDaily(enable: boolean): void
}

/** Who did something, in the words of the device log. */
export type Actor = Pick<LogEvent, 'userName' | 'address'>

/** The disk for recordings (docs/design/storage-volume.md). */
export interface VolumePort {
  state(): Promise<VolumeState>
  /** Erases the recordings. Errors: CameraError `set-failed`, `write-failed`. */
  format(): Promise<void>
}

/** Where the services listen (docs/design/network.md). */
export type ServicePortsPort = Pick<ServicePorts, 'has' | 'portOf' | 'factoryPortOf' | 'apply'>
/** Mails about events, and uploads of them; errors are those of the parts. */
export type EmailPort = Pick<Email, 'configure' | 'test'>
export type FtpPort = Pick<Ftp, 'configure' | 'test'>
/** Something that is done in some hours of the week. */
export interface HoursPort {
  configure(plan: WeeklyPlan): void
}

/** What GetCloud tells. */
export interface CloudState {
  /** One sentence about the last operation. */
  readonly detail: string
  /** What kind of error ended it. */
  readonly failure: ErrorKind | undefined
  readonly isLoggedIn: boolean
  readonly userName: string
  /** When the account was stored; 0 without one. */
  readonly sinceMs: number
}

/** Uploads to S3-compatible storage (docs/design/cloud.md). */
export interface CloudPort extends HoursPort {
  state(): CloudState
  /**
   * Tries the account and stores it; `password` undefined means the stored one. Without a cloud in the configuration it
   * is stored only. Errors: CameraError `missing`, `login-failed` and those of the network; nothing has changed
   * then.
   */
  logIn(
    account: { readonly userName: string; readonly password: string | undefined },
    by: Actor,
  ): Promise<void>
  /** Forgets the account. Errors: CameraError `write-failed`. */
  logOut(by: Actor): void
}

/** How long browsers are left in peace after a message. */
export type PushPausePort = Pick<Pause, 'configure'>

/** Webhooks beside those of the configuration. */
export interface WebhooksPort {
  /** Addresses of http or https; takes effect with the next event. */
  configure(urls: readonly string[]): void
  /** Posts an event that did not happen. Errors: CameraError, those of the network; `receive-failed` for a refusal. */
  test(url: string): Promise<void>
}

/** The siren, also by hand. */
export interface SirenPort extends HoursPort {
  play(ms: number): void
  silence(): void
}

export interface Parts {
  readonly access: AccessPart
  readonly settings: Settings
  readonly abilities: Abilities
  readonly channels: readonly ChannelPort[]
  /** By channel. */
  readonly ptz: readonly PtzPort[]
  /** By channel. */
  readonly motion: readonly MotionPort[]
  readonly device: DeviceIdentity
  readonly power: PowerPort
  readonly clock: ClockPort
  readonly maintenance: MaintenancePort
  readonly recordings: RecordingsPort
  readonly alarmEvents: AlarmEventsPort
  /** What the hours of the recording plan are about. */
  readonly recordOn: RecordOn
  /** By channel. */
  readonly manualRecording: readonly ManualRecordingPort[]
  /** By channel. */
  readonly whiteLamps: readonly WhiteLampPort[]
  readonly store: StorePort
  readonly powerLed: PowerLedPort
  readonly deviceLog: DeviceLogPort
  readonly performance: PerformancePort
  readonly firmware: FirmwarePort
  readonly factoryReset: FactoryResetPort
  readonly volume: VolumePort
  readonly servicePorts: ServicePortsPort
  readonly network: NetworkParts
  readonly email: EmailPort
  readonly ftp: FtpPort
  readonly pushHours: HoursPort
  readonly pushPause: PushPausePort
  readonly webhooks: WebhooksPort
  readonly siren: SirenPort
  readonly cloud: CloudPort
  readonly log: Log
}
