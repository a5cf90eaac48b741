/** Mails about events: at most one in each interval, with a picture or a clip that begins before the event. */
import { rmSync } from 'node:fs'
import type { Clock } from '../../base/clock.ts'
import { CameraError } from '../../base/errors.ts'
import { isScheduled, type LocalTime } from '../../base/local-time.ts'
import type { OutgoingRules } from '../../base/outgoing.ts'
import type { Timers } from '../../base/timers.ts'
import { type ClipFile, type Clips, findClips, mendClips, RUN_UP_MS } from '../clip.ts'
import type { AlarmEvent } from '../event.ts'
import {
  type Attachment,
  type Delivery,
  type DeliveryOrder,
  type Notifier,
  type Occasion,
  Refused,
} from '../notifier.ts'
import { EVENT_WORDS, fileTime, type Scenery, spokenTime, takePicture } from '../pictures.ts'
import type { EmailSettings, MailAccount } from './settings.ts'
import { sendMail } from './smtp.ts'

const NAME = 'email'
/** Key in the store: when the last mail was made, milliseconds since 1970 UTC. */
const LAST_KEY = 'alarm.email.lastMs'
/** Yesterday's events are no news. */
const EXPIRES_MS = 24 * 3600_000
/** After the beginning of the event. */
const CLIP_MS = 10_000
/** Many servers take 20 MB and less, and base64 adds a third. */
const MAX_CLIP_BYTES = 12 * 1024 * 1024
const TEST_LIMIT_MS = 9000

interface EmailOptions extends OutgoingRules {
  readonly scenery: Scenery
  /** Of the smaller stream: a mail is no archive. */
  readonly clips: Clips
  readonly clock: Clock & { local(utcMs?: number): LocalTime }
  readonly timers: Timers
  readonly memory: { load(key: string): unknown; save(changes: Readonly<Record<string, unknown>>): void }
  readonly cameraName: () => string
  /** Serial number; makes the ids of messages unique. */
  readonly serial: string
}

/** What is stored of a mail. */
interface Content {
  readonly eventId: number
  readonly subject: string
  readonly text: string
}

export class Email implements Notifier {
  readonly name = NAME
  readonly #options: EmailOptions
  #settings: EmailSettings | undefined
  /** Monotonic time of the last mail made in this run. */
  #lastMs: number | undefined
  /** Wall time of a mail that is not noted in the store yet. */
  #unsavedMs: number | undefined
  /** Events that have their mail. */
  #mailedEvent = 0
  #isTesting = false

  constructor(options: EmailOptions) {
    this.#options = options
  }

  configure(settings: EmailSettings): void {
    this.#settings = settings
    this.#options.clips.keep(this.#isReady(settings) && settings.attachment === 'video')
  }

  async plan(event: AlarmEvent, occasion: Occasion): Promise<readonly DeliveryOrder[]> {
    // What was planned before is stored by now.
    this.#saveLast()
    const settings = this.#settings
    if (settings === undefined || occasion === 'ended' || this.#mailedEvent === event.id) return []
    if (!this.#isReady(settings) || !isScheduled(settings.hours!, this.#options.clock.local())) return []
    if (!this.#isTime(settings.intervalMs)) return []
    this.#mailedEvent = event.id
    this.#lastMs = this.#options.clock.monotonicMs()
    this.#unsavedMs = this.#options.clock.wallMs()
    return [await this.#write(event, settings)]
  }

  async deliver({ content, attachments, id, createdMs }: Delivery, signal: AbortSignal): Promise<void> {
    this.#saveLast()
    const settings = this.#settings
    if (settings === undefined || !isComplete(settings)) {
      throw new CameraError('missing', 'no mail server or no address is set')
    }
    const { subject, text } = content as Content
    const messageId = `${this.#options.serial}.${createdMs}.${id}`
    await sendMail(settings, { subject, text, attachments, messageId }, this.#rulesFor(signal))
  }

  /**
   * Sends a mail with an account that is not stored. Errors: CameraError within 10 s: `missing`, `connect-failed`,
   * `login-failed`, `send-failed`, `receive-failed`, `timeout`, also while another test runs.
   */
  async test(account: MailAccount): Promise<void> {
    if (!isComplete(account)) throw new CameraError('missing', 'no mail server or no address is given')
    if (this.#isTesting) throw new CameraError('timeout', 'another test is running')
    this.#isTesting = true
    const { clock, cameraName, serial } = this.#options
    const mail = {
      subject: `Test mail from ${cameraName()}`,
      text: `The camera ${cameraName()} can send mails.\nTime: ${spokenTime(clock.local())}\n`,
      attachments: [],
      messageId: `${serial}.test.${Math.round(clock.wallMs())}`,
    }
    try {
      await sendMail(account, mail, this.#rulesFor(AbortSignal.timeout(TEST_LIMIT_MS)))
    } catch (error) {
      throw error instanceof Refused ? new CameraError('send-failed', error.message, error) : error
    } finally {
      this.#isTesting = false
    }
  }

  #rulesFor(signal: AbortSignal) {
    return { signal, allowLocalTargets: this.#options.allowLocalTargets }
  }

  #isReady(settings: EmailSettings): boolean {
    return settings.hours !== undefined && isComplete(settings)
  }

  /** The interval since the last mail is over, also if that was before a restart. */
  #isTime(intervalMs: number): boolean {
    const { clock, memory } = this.#options
    if (this.#lastMs !== undefined) return clock.monotonicMs() - this.#lastMs >= intervalMs
    const last = memory.load(LAST_KEY)
    const agoMs = typeof last === 'number' ? clock.wallMs() - last : intervalMs
    // A clock that was set back knows nothing of it.
    return agoMs < 0 || agoMs >= intervalMs
  }

  /** Later than the mail itself is stored: a mail too many is better than one that is lost. */
  #saveLast(): void {
    const lastMs = this.#unsavedMs
    if (lastMs === undefined) return
    this.#unsavedMs = undefined
    this.#options.memory.save({ [LAST_KEY]: lastMs })
  }

  async #write(event: AlarmEvent, settings: EmailSettings): Promise<DeliveryOrder> {
    const { cameraName, clock } = this.#options
    const local = clock.local(event.startMs)
    const { attachments, remark } = await this.#attach(event, settings)
    const isBare = settings.attachment === 'onlyPicture' && attachments.length > 0
    const lines = [EVENT_WORDS[event.kind], `Camera: ${cameraName()}`, `Time: ${spokenTime(local)}`, remark]
    const content: Content = {
      eventId: event.id,
      subject: `${cameraName()}: ${EVENT_WORDS[event.kind]} ${spokenTime(local)}`,
      text: isBare ? '' : `${lines.filter((line) => line !== '').join('\n')}\n`,
    }
    return { content, attachments, expiresMs: clock.wallMs() + EXPIRES_MS }
  }

  /** Whatever is missing, the mail is sent; it says so. */
  async #attach(
    event: AlarmEvent,
    { attachment }: EmailSettings,
  ): Promise<{ readonly attachments: readonly Attachment[]; readonly remark: string }> {
    const { scenery, clock } = this.#options
    if (attachment === 'none') return { attachments: [], remark: '' }
    const name = fileTime(clock.local(event.startMs))
    const key = `${NAME}-${event.id}`
    const picture = takePicture(scenery, `${name}.jpg`, key)
    picture.catch(() => undefined)
    if (attachment === 'video') {
      const clip = await this.#film(`${name}.mp4`, key).catch(() => undefined)
      if (clip !== undefined) {
        return { attachments: [clip, ...(await picture.then((one) => [one]).catch(() => []))], remark: '' }
      }
    }
    try {
      return { attachments: [await picture], remark: '' }
    } catch (error) {
      const reason = error instanceof CameraError ? error.message : 'it could not be stored'
      return { attachments: [], remark: `There is no picture: ${reason}` }
    }
  }

  /** From before now until a while after, or until a kill cut it off. Errors: CameraError `write-failed`, the system's. */
  async #film(name: string, key: string): Promise<Attachment | undefined> {
    const { clips, scenery, timers } = this.#options
    const former = findClips(scenery.rescued, key)
    // Without any the clip begins at once.
    const [rescued] = former.length === 0 ? [] : await mendClips(former)
    if (rescued !== undefined) return { name, type: 'video/mp4', path: rescued.path }
    const files: ClipFile[] = []
    const clip = clips.begin({
      name: key,
      folder: scenery.workshop,
      maxMs: 4 * (RUN_UP_MS + CLIP_MS),
      maxBytes: MAX_CLIP_BYTES,
      file: (file) => files.push(file),
    })
    const cancel = timers.after(CLIP_MS, () => clip.end())
    await clip.over
    cancel()
    await clip.finished()
    const [first, ...others] = files
    for (const { path } of others) rmSync(path, { force: true })
    return first && { name, type: 'video/mp4', path: first.path }
  }
}

function isComplete({ smtpServer, recipients }: MailAccount): boolean {
  return smtpServer !== '' && recipients.length > 0
}
