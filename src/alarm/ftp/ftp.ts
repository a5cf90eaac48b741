/** Pictures and clips of events on an FTP server. */
import { Readable } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import { CameraError } from '../../base/errors.ts'
import { isScheduled, type LocalTime } from '../../base/local-time.ts'
import type { OutgoingRules } from '../../base/outgoing.ts'
import type { Timers } from '../../base/timers.ts'
import { type Clip, type ClipFile, type Clips, findClips, mendClips } from '../clip.ts'
import type { AlarmEvent } from '../event.ts'
import type { Attachment, Delivery, DeliveryOrder, Notifier, Occasion } from '../notifier.ts'
import { fileTime, type Scenery, takePicture } from '../pictures.ts'
import type { FtpAccount, FtpSettings } from './settings.ts'

const NAME = 'ftp'
const EXPIRES_MS = 3 * 24 * 3600_000
const SILENCE_LIMIT_MS = 30_000
const TEST_LIMIT_MS = 9000

interface FtpOptions extends OutgoingRules {
  readonly scenery: Scenery
  readonly clips: Clips
  readonly clock: Clock & { local(utcMs?: number): LocalTime }
  readonly timers: Timers
  /** Serial number, so that cameras can share a folder. */
  readonly serial: string
}

/** A clip that goes on while events do, and for a while after the last one. */
interface Filming {
  readonly clip: Clip
  readonly events: Set<number>
  /** Whole files that nobody was given yet. */
  files: ClipFile[]
  cancel: (() => void) | undefined
}

export class Ftp implements Notifier {
  readonly name = NAME
  readonly #options: FtpOptions
  #settings: FtpSettings | undefined
  #filming: Filming | undefined
  /** Monotonic time of the last picture, by event that goes on. */
  readonly #pictureMs = new Map<number, number>()
  #isTesting = false

  constructor(options: FtpOptions) {
    this.#options = options
  }

  configure(settings: FtpSettings): void {
    this.#settings = settings
    this.#options.clips.keep(this.#isReady(settings) && settings.what === 'clips')
  }

  /** Ends the clip that is being made, so that it can be stored. */
  stop(): void {
    this.#filming?.cancel?.()
    this.#filming?.clip.end()
  }

  async plan(event: AlarmEvent, occasion: Occasion): Promise<readonly DeliveryOrder[]> {
    const filming = this.#filming
    switch (occasion) {
      case 'began':
        return await this.#begin(event)
      case 'lasts':
        return [...(await this.#nextPicture(event)), ...(filming === undefined ? [] : this.#take(filming))]
      case 'ended':
        this.#pictureMs.delete(event.id)
        return filming?.events.has(event.id) ? await this.#finish(event, filming) : []
    }
  }

  /** Clips that were going on or not handed over yet. */
  async rescue(): Promise<readonly DeliveryOrder[]> {
    if (this.#settings === undefined || !this.#isReady(this.#settings)) return []
    const files = await mendClips(findClips(this.#options.scenery.rescued, NAME))
    return files.map((file) => this.#clipOrder(file))
  }

  async deliver({ attachments }: Delivery, signal: AbortSignal): Promise<void> {
    const settings = this.#settings
    if (settings === undefined || !isComplete(settings)) {
      throw new CameraError('missing', 'no FTP server or no user name is set')
    }
    const files = attachments.map(({ name, path }) => ({ name, content: path }))
    const { upload } = await import('./upload.ts')
    await upload(settings, files, { ...this.#rules(), signal, silenceMs: SILENCE_LIMIT_MS })
  }

  /**
   * Writes a small file with an account that is not stored, and removes it. Errors: CameraError within 10 s: `missing`,
   * `connect-failed`, `login-failed`, `send-failed`, `receive-failed`, `timeout`, also while another test runs.
   */
  async test(account: FtpAccount): Promise<void> {
    if (!isComplete(account)) throw new CameraError('missing', 'no FTP server or no user name is given')
    if (this.#isTesting) throw new CameraError('timeout', 'another test is running')
    this.#isTesting = true
    const { unfinished, ...rules } = this.#rules()
    const content = Readable.from([Buffer.from('This camera can write here.\r\n')])
    try {
      const { upload } = await import('./upload.ts')
      await upload(account, [{ name: `vedette-test-${this.#options.serial}.txt`, content }], {
        ...rules,
        unfinished: `${unfinished}-test`,
        signal: AbortSignal.timeout(TEST_LIMIT_MS),
        silenceMs: TEST_LIMIT_MS,
        removesAfter: true,
      })
    } finally {
      this.#isTesting = false
    }
  }

  #rules() {
    const { serial, allowLocalTargets } = this.#options
    return { allowLocalTargets, unfinished: `.vedette-${serial}.part` }
  }

  #isReady(settings: FtpSettings): boolean {
    return settings.hours !== undefined && isComplete(settings)
  }

  async #begin(event: AlarmEvent): Promise<readonly DeliveryOrder[]> {
    const settings = this.#settings
    if (settings === undefined || !this.#isReady(settings)) return []
    if (!isScheduled(settings.hours!, this.#options.clock.local())) return []
    if (settings.what === 'clips') this.#film(event, settings)
    return await this.#picture(event)
  }

  async #nextPicture(event: AlarmEvent): Promise<readonly DeliveryOrder[]> {
    const lastMs = this.#pictureMs.get(event.id)
    const settings = this.#settings
    if (lastMs === undefined || settings?.what !== 'pictures' || !this.#isReady(settings)) return []
    const { clock } = this.#options
    if (!isScheduled(settings.hours!, clock.local())) return []
    // Ticks come a little early or late.
    if (clock.monotonicMs() - lastMs < settings.intervalS * 1000 - 200) return []
    return await this.#picture(event)
  }

  async #picture(event: AlarmEvent): Promise<readonly DeliveryOrder[]> {
    const { scenery, clock } = this.#options
    this.#pictureMs.set(event.id, clock.monotonicMs())
    const name = `${fileTime(clock.local())}_${event.kind}_${event.id}.jpg`
    return [this.#order(await takePicture(scenery, name))]
  }

  #film(event: AlarmEvent, { intervalS, maxFileBytes }: FtpSettings): void {
    const { clips, scenery } = this.#options
    if (this.#filming !== undefined) {
      this.#filming.cancel?.()
      this.#filming.cancel = undefined
      this.#filming.events.add(event.id)
      return
    }
    const clip = clips.begin({
      name: NAME,
      folder: scenery.workshop,
      maxMs: intervalS * 1000,
      maxBytes: maxFileBytes,
      file: (file) => filming.files.push(file),
    })
    const filming: Filming = { clip, events: new Set([event.id]), files: [], cancel: undefined }
    this.#filming = filming
    void clip.over.then(() => {
      if (this.#filming === filming) this.#filming = undefined
    })
  }

  /** Waits for what is recorded after the last event. Errors: CameraError `write-failed`. */
  async #finish({ id }: AlarmEvent, filming: Filming): Promise<readonly DeliveryOrder[]> {
    filming.events.delete(id)
    if (filming.events.size === 0) {
      const afterMs = (this.#settings?.intervalS ?? 0) * 1000
      filming.cancel = this.#options.timers.after(afterMs, () => filming.clip.end())
    }
    await filming.clip.over
    await filming.clip.finished()
    return this.#take(filming)
  }

  #take(filming: Filming): DeliveryOrder[] {
    return filming.files.splice(0).map((file) => this.#clipOrder(file))
  }

  #clipOrder({ path, startMs }: ClipFile): DeliveryOrder {
    const name = `${fileTime(this.#options.clock.local(startMs))}_${path.slice(path.lastIndexOf('-') + 1)}`
    return this.#order({ name, type: 'video/mp4', path })
  }

  #order(attachment: Attachment): DeliveryOrder {
    return { content: null, attachments: [attachment], expiresMs: this.#options.clock.wallMs() + EXPIRES_MS }
  }
}

function isComplete({ server, isAnonymous, userName }: FtpAccount): boolean {
  return server !== '' && (isAnonymous || userName !== '')
}
