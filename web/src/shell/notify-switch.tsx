/** Whether this browser is told of events while the page is closed. */
import { ActionIcon, Alert, Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'
import { type Session, sentenceOf } from '../api.ts'
import { Icon } from '../icons.tsx'

const WORKER = '/push-worker.js'
const NOT_HERE =
  'This browser takes messages only from a page with a trusted certificate, or from localhost. Open the camera by HTTPS with a certificate this browser trusts.'

export function NotifySwitch({ session }: { readonly session: Session }) {
  const [isOn, setOn] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    current().then(
      (subscription) => setOn(subscription !== undefined),
      () => setOn(false),
    )
  }, [])
  const toggle = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      if (isOn) await unsubscribe(session)
      else await subscribe(session)
      setOn(!isOn)
    } catch (error) {
      setProblem(sentenceOf(error))
    } finally {
      setBusy(false)
    }
  }
  const label = isOn ? 'Do not notify this browser' : 'Notify this browser'
  return (
    <>
      <Tooltip label={label}>
        <ActionIcon
          variant={isOn ? 'light' : 'subtle'}
          color={isOn ? undefined : 'gray'}
          size="lg"
          aria-label={label}
          aria-pressed={isOn}
          loading={isBusy}
          onClick={toggle}
        >
          <Icon name={isOn ? 'bellOn' : 'bellOff'} />
        </ActionIcon>
      </Tooltip>
      {problem !== undefined && (
        <Alert
          role="alert"
          color="orange"
          pos="fixed"
          top={64}
          right={16}
          maw={420}
          style={{ zIndex: 300 }}
          withCloseButton
          onClose={() => setProblem(undefined)}
        >
          {problem}
        </Alert>
      )}
    </>
  )
}

async function current(): Promise<PushSubscription | undefined> {
  if (!('serviceWorker' in navigator)) return undefined
  const registration = await navigator.serviceWorker.getRegistration(WORKER)
  return (await registration?.pushManager?.getSubscription()) ?? undefined
}

async function subscribe(session: Session): Promise<void> {
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) throw new Error(NOT_HERE)
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Error('This browser was told not to show messages of this page. Its settings can change that.')
  }
  await navigator.serviceWorker.register(WORKER).catch(() => {
    throw new Error(NOT_HERE)
  })
  const registration = await navigator.serviceWorker.ready
  const { key } = (await session.push('key')) as { key: string }
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  })
  try {
    await session.push('subscribe', subscription)
  } catch (error) {
    await subscription.unsubscribe()
    throw error
  }
}

async function unsubscribe(session: Session): Promise<void> {
  const subscription = await current()
  if (subscription === undefined) return
  await session.push('unsubscribe', { endpoint: subscription.endpoint })
  await subscription.unsubscribe()
}
