/**
 * Events for programs: a POST of JSON to each webhook, signed with its secret (docs/design/push.md). The signature is
 * HMAC-SHA-256 over `TIMESTAMP.BODY`, TIMESTAMP being that of the header, seconds since 1970.
 */
import { createHash, createHmac } from 'node:crypto'
import { CameraError } from '../../base/errors.ts'
import { sendRequest } from '../../base/outgoing-request.ts'
import type { WeeklyGate } from '../../base/weekly-gate.ts'
import type { AlarmEvent } from '../event.ts'
import { type Delivery, type DeliveryOrder, type Notifier, type Occasion, Refused } from '../notifier.ts'
import { type CameraNames, type EventReport, reportOf } from '../words.ts'

/** What is older is of no use to programs. */
const EXPIRES_MS = 24 * 3600_000
const TEST_LIMIT_MS = 10_000
/** Of 400 to 499, those that may be otherwise the next time. */
const PASSING = new Set([408, 425, 429])

export interface Webhook {
  readonly url: string
  readonly secret?: string | undefined
}

export interface WebhookOptions {
  readonly webhooks: () => readonly Webhook[]
  readonly gate: WeeklyGate
  readonly names: () => CameraNames
  readonly nowMs: () => number
  readonly allowLocalTargets: boolean
}

interface Content {
  /** Which webhook; its address may hold a key. */
  readonly webhook: string
  readonly body: string
}

export function webhookNotifier(options: WebhookOptions): Notifier {
  const { webhooks, gate, names, nowMs } = options
  return {
    name: 'webhook',
    plan: (event: AlarmEvent, occasion: Occasion): Promise<readonly DeliveryOrder[]> => {
      if (occasion === 'lasts' || !gate.isOpen) return Promise.resolve([])
      const report: EventReport = reportOf(event, occasion, names())
      const body = JSON.stringify(report)
      return Promise.resolve(
        webhooks().map(({ url }) => ({
          content: { webhook: nameOf(url), body } satisfies Content,
          attachments: [],
          expiresMs: nowMs() + EXPIRES_MS,
        })),
      )
    },
    deliver: async ({ content }: Delivery, signal) => {
      const { webhook: name, body } = content as Content
      const webhook = webhooks().find((one) => nameOf(one.url) === name)
      if (webhook === undefined) throw new Refused('the webhook is not configured any more')
      await post(webhook, body, options, signal)
    },
  }
}

/** Errors: CameraError; Refused. */
export async function testWebhook(
  url: string,
  options: Pick<WebhookOptions, 'names' | 'nowMs' | 'allowLocalTargets'>,
): Promise<void> {
  const event = { id: 0, channel: 0, kind: 'motion', startMs: options.nowMs(), endMs: undefined } as const
  const report = reportOf({ ...event, peakScore: 0, cells: new Uint8Array() }, 'began', options.names())
  await post({ url }, JSON.stringify({ ...report, test: true }), options, AbortSignal.timeout(TEST_LIMIT_MS))
}

async function post(
  { url, secret }: Webhook,
  text: string,
  { nowMs, allowLocalTargets }: Pick<WebhookOptions, 'nowMs' | 'allowLocalTargets'>,
  signal: AbortSignal,
): Promise<void> {
  const timestamp = String(Math.floor(nowMs() / 1000))
  const { status } = await sendRequest(new URL(url), {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-Vedette-Timestamp': timestamp,
      ...(secret === undefined ? {} : { 'X-Vedette-Signature': signatureOf(secret, timestamp, text) }),
    },
    body: Buffer.from(text),
    allowLocalTargets,
    signal,
  })
  if (status >= 200 && status < 300) return
  const what = `the webhook at ${new URL(url).host} answered with status ${status}`
  if (status >= 400 && status < 500 && !PASSING.has(status)) throw new Refused(what)
  throw new CameraError('receive-failed', what)
}

export function signatureOf(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
}

function nameOf(url: string): string {
  return createHash('sha256').update(url).digest('base64url').slice(0, 16)
}
