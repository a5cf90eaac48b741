/** The live stream of a video element, for as long as the element is shown. */
import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Session, StreamName } from '../api.ts'
import { LiveConnection, type LiveState } from './live-connection.ts'

export interface Live {
  readonly videoRef: RefObject<HTMLVideoElement | null>
  readonly state: LiveState
}

export function useLive(session: Session, stream: StreamName, onSessionEnd: (reason: string) => void): Live {
  const videoRef = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<LiveState>({ phase: 'connecting' })
  useEffect(() => {
    if (!videoRef.current) return
    const connection = new LiveConnection(videoRef.current, session, stream, {
      state: setState,
      sessionEnd: onSessionEnd,
    })
    return () => connection.close()
  }, [session, stream, onSessionEnd])
  return { videoRef, state }
}
