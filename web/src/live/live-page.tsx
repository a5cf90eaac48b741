/** The live picture and what one does with it. */
import { Alert } from '@mantine/core'
import { useFullscreenElement, useHotkeys } from '@mantine/hooks'
import { useState } from 'react'
import { ApiError, type Session, type StreamName, sentenceOf } from '../api.ts'
import { ControlBar } from './control-bar.tsx'
import styles from './live-page.module.css'
import { PictureCover } from './picture-cover.tsx'
import { saveSnapshot } from './snapshot.ts'
import { useLive } from './use-live.ts'

export interface LivePageProps {
  readonly session: Session
  readonly onEnd: (reason: string) => void
}

export function LivePage({ session, onEnd }: LivePageProps) {
  const [stream, setStream] = useState<StreamName>('main')
  const [isMuted, setMuted] = useState(true)
  const [problem, setProblem] = useState<string>()
  const { ref: stageRef, toggle: toggleFullScreen } = useFullscreenElement()
  const { videoRef, state } = useLive(session, stream, onEnd)

  const snapshot = async () => {
    setProblem(undefined)
    try {
      await saveSnapshot(session)
    } catch (error) {
      if (error instanceof ApiError && error.isSessionEnd) onEnd(error.message)
      else setProblem(sentenceOf(error))
    }
  }
  useHotkeys([
    ['f', toggleFullScreen],
    ['m', () => setMuted(!isMuted)],
    ['s', snapshot],
    ['1', () => setStream('main')],
    ['2', () => setStream('sub')],
    ['3', () => setStream('ext')],
  ])

  return (
    <div className={styles.stage} ref={stageRef}>
      <div className={styles.picture}>
        <video
          ref={videoRef}
          className={styles.video}
          muted={isMuted}
          playsInline
          disablePictureInPicture={false}
          aria-label="Live picture"
          onVolumeChange={(event) => setMuted(event.currentTarget.muted)}
          onDoubleClick={toggleFullScreen}
        />
        <PictureCover phase={state.phase} />
      </div>
      <ControlBar
        state={state}
        stream={stream}
        isMuted={isMuted}
        onStream={setStream}
        onMuted={setMuted}
        onSnapshot={snapshot}
        onFullScreen={toggleFullScreen}
      />
      {problem !== undefined && (
        <Alert role="alert" color="red" withCloseButton onClose={() => setProblem(undefined)}>
          {problem}
        </Alert>
      )}
    </div>
  )
}
