/** What lies over the picture while there is none. */
import { Loader, Text } from '@mantine/core'
import type { LiveState } from './live-connection.ts'
import styles from './live-page.module.css'

const SENTENCES: Readonly<Record<LiveState['phase'], string | undefined>> = {
  connecting: undefined,
  live: undefined,
  waiting: 'The picture is gone for the moment. Connecting again …',
  unsupported: 'This browser cannot play the live picture. Snapshots work all the same.',
}

export function PictureCover({ phase }: { readonly phase: LiveState['phase'] }) {
  if (phase === 'live') return null
  return (
    <div className={styles.cover} role="status">
      {phase !== 'unsupported' && <Loader color="gray.4" aria-label="Connecting" />}
      {SENTENCES[phase] !== undefined && <Text>{SENTENCES[phase]}</Text>}
    </div>
  )
}
