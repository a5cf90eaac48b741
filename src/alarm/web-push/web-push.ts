/** Events for browsers, also while the page is closed: Web Push (RFC 8030, 8291, 8292; docs/design/push.md). */
import type { VapidKeys } from 'web-push'
import { CameraError } from '../../base/errors.ts'
import { sendRequest } from '../../base/outgoing-request.ts'
import type { WeeklyGate } from '../../base/weekly-gate.ts'
import type { PushSubscription } from '../../store/push.ts'
import { type Notifier, Refused } from '../notifier.ts'
import { SENTENCES } from '../words.ts'
import type { Pause } from './pause.ts'

/** A message that waited longer for the browser is of no use. */
const TTL_SECONDS = 3600

/** Push services ask for an address of whoever sends. A camera has none; Apple's service takes none of a host it cannot resolve. */
const SENDER = 'mailto:camera@example.com'

interface Subscriptions {
  all(): readonly PushSubscription[]
  remove(endpoint: string): void
}

interface WebPushOptions {
  readonly subscriptions: Subscriptions
  readonly keys: VapidKeys
  readonly gate: WeeklyGate
  readonly pause: Pause
  readonly cameraName: () => string
  readonly nowMs: () => number
  readonly allowLocalTargets: boolean
}

/** What a browser is told, as web/public/push-worker.js reads it. */
export interface PushMessage {
  readonly kind: string
  readonly text: string
  readonly timeMs: number
  readonly camera: string
}

interface Content {
  readonly endpoint: string
  readonly message: PushMessage
}

export function webPushNotifier(options: WebPushOptions): Notifier {
  const { subscriptions, gate, pause, cameraName, nowMs } = options
  return {
    name: 'web-push',
    plan: ({ kind, startMs }, occasion) => {
      if (occasion !== 'began' || !gate.isOpen || !pause.take()) return Promise.resolve([])
      const message: PushMessage = { kind, text: SENTENCES[kind], timeMs: startMs, camera: cameraName() }
      const orders = subscriptions.all().map(({ endpoint }) => ({
        content: { endpoint, message },
        attachments: [],
        expiresMs: nowMs() + TTL_SECONDS * 1000,
      }))
      return Promise.resolve(orders)
    },
    deliver: async ({ content }, signal) => {
      const { endpoint, message } = content as Content
      const subscription = subscriptions.all().find((one) => one.endpoint === endpoint)
      // The browser has taken its wish back.
      if (subscription === undefined) return
      await send(subscription, message, options, signal)
    },
  }
}

async function send(
  { endpoint, p256dh, auth }: PushSubscription,
  message: PushMessage,
  { keys, subscriptions, allowLocalTargets }: WebPushOptions,
  signal: AbortSignal,
): Promise<void> {
  const { default: webPush } = await import('web-push')
  const { method, headers, body } = webPush.generateRequestDetails(
    { endpoint, keys: { p256dh, auth } },
    JSON.stringify(message),
    {
      TTL: TTL_SECONDS,
      urgency: 'high',
      vapidDetails: { subject: SENDER, ...keys },
    },
  )
  const { host } = new URL(endpoint)
  const { status } = await sendRequest(new URL(endpoint), {
    method,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    body: body ?? new Uint8Array(),
    allowLocalTargets,
    signal,
  })
  if (status >= 200 && status < 300) return
  if (status === 404 || status === 410) {
    subscriptions.remove(endpoint)
    throw new Refused(
      `a browser does not take messages any more (${host}, status ${status}): it is forgotten`,
    )
  }
  const what = `the push service ${host} answered with status ${status}`
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) throw new Refused(what)
  throw new CameraError('receive-failed', what)
}
