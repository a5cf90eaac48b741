/** Which page is shown: login, the first password, or the camera. */
import { useCallback, useState } from 'react'
import type { Session } from './api.ts'
import { LivePage } from './live/live-page.tsx'
import { FirstPasswordPage } from './login/first-password-page.tsx'
import { LoginPage } from './login/login-page.tsx'
import { Shell } from './shell/shell.tsx'
import { useLease } from './shell/use-lease.ts'

export function App() {
  const [session, setSession] = useState<Session>()
  const [notice, setNotice] = useState<string>()
  const [isLater, setLater] = useState(false)

  const open = (next: Session) => {
    setNotice(undefined)
    setSession(next)
  }
  const end = useCallback((reason?: string) => {
    setSession(undefined)
    setLater(false)
    setNotice(reason)
  }, [])
  useLease(session, end)

  if (!session) return <LoginPage notice={notice} onLogin={open} />
  if (session.hasNoPassword && !isLater)
    return <FirstPasswordPage session={session} onChanged={open} onLater={() => setLater(true)} onEnd={end} />
  return (
    <Shell session={session} onEnd={end} onSetPassword={() => setLater(false)}>
      <LivePage session={session} onEnd={end} />
    </Shell>
  )
}
