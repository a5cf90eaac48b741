/** Keeps a session alive: HeartBeat renews the lease (Guide §4.1) well before it is over. */
import { useEffect } from 'react'
import { ApiError, type Session } from '../api.ts'

/** Browsers slow the timers of hidden pages down to one a minute; five leave room for that. */
const MAX_PAUSE_MS = 300_000

/** Calls `onEnd` with a sentence when the camera has ended the session. */
export function useLease(session: Session | undefined, onEnd: (reason: string) => void): void {
  useEffect(() => {
    if (!session) return
    const renew = () =>
      session.call('HeartBeat').catch((error: unknown) => {
        if (error instanceof ApiError && error.isSessionEnd) onEnd(error.message)
      })
    const timer = setInterval(renew, Math.min(session.leaseMs / 3, MAX_PAUSE_MS))
    return () => clearInterval(timer)
  }, [session, onEnd])
}
