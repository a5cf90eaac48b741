/** The row below the picture: its state at the left, the controls at the right. */
import { ActionIcon, Group, SegmentedControl, Text, Tooltip } from '@mantine/core'
import { useState } from 'react'
import type { StreamName } from '../api.ts'
import { Icon } from '../icons.tsx'
import type { LiveState } from './live-connection.ts'
import styles from './live-page.module.css'

export interface ControlBarProps {
  readonly state: LiveState
  readonly stream: StreamName
  readonly isMuted: boolean
  readonly onStream: (stream: StreamName) => void
  readonly onMuted: (isMuted: boolean) => void
  readonly onSnapshot: () => Promise<void>
  readonly onFullScreen: () => void
}

const STREAMS: { readonly value: StreamName; readonly label: string }[] = [
  { value: 'main', label: 'Main' },
  { value: 'sub', label: 'Sub' },
  { value: 'ext', label: 'Ext' },
]

export function ControlBar(props: ControlBarProps) {
  const { state, isMuted } = props
  return (
    <div className={styles.bar}>
      <StateText state={state} />
      <Group gap="xs">
        <SegmentedControl data={STREAMS} value={props.stream} onChange={props.onStream} aria-label="Stream" />
        {state.phase === 'live' && state.hasAudio && (
          <Control
            icon={isMuted ? 'soundOff' : 'soundOn'}
            label={isMuted ? 'Sound on' : 'Sound off'}
            hotkey="M"
            onClick={() => props.onMuted(!isMuted)}
          />
        )}
        <SnapshotControl onSnapshot={props.onSnapshot} />
        <Control icon="fullScreen" label="Full screen" hotkey="F" onClick={props.onFullScreen} />
      </Group>
    </div>
  )
}

function StateText({ state }: { readonly state: LiveState }) {
  const words = {
    connecting: 'Connecting',
    live: 'Live',
    waiting: 'No connection',
    unsupported: 'No live picture',
  }
  return (
    <Group gap="xs" role="status" aria-live="polite">
      <span className={styles.dot} data-live={state.phase === 'live' || undefined} />
      <Text size="sm" fw={600}>
        {words[state.phase]}
      </Text>
      {state.phase === 'live' && (
        <Text size="sm" c="dimmed">
          {state.width} × {state.height}
        </Text>
      )}
    </Group>
  )
}

function SnapshotControl({ onSnapshot }: { readonly onSnapshot: () => Promise<void> }) {
  const [isBusy, setBusy] = useState(false)
  const take = async () => {
    setBusy(true)
    await onSnapshot()
    setBusy(false)
  }
  return <Control icon="snapshot" label="Save a snapshot" hotkey="S" isBusy={isBusy} onClick={take} />
}

interface ControlProps {
  readonly icon: Parameters<typeof Icon>[0]['name']
  readonly label: string
  readonly hotkey: string
  readonly isBusy?: boolean
  readonly onClick: () => void
}

function Control({ icon, label, hotkey, isBusy = false, onClick }: ControlProps) {
  return (
    <Tooltip label={`${label} (${hotkey})`} withinPortal={false}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={label}
        aria-keyshortcuts={hotkey}
        loading={isBusy}
        onClick={onClick}
      >
        <Icon name={icon} />
      </ActionIcon>
    </Tooltip>
  )
}
