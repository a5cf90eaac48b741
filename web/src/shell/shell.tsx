/** The frame around every page of a logged-in user: who and what above, the page below. */
import { ActionIcon, AppShell, Button, Group, Text, Tooltip } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import type { Session } from '../api.ts'
import { Icon } from '../icons.tsx'
import { ColourSwitch } from './colour-switch.tsx'
import { Logo } from './logo.tsx'
import { NotifySwitch } from './notify-switch.tsx'
import { PowerLed } from './power-led.tsx'
import { SirenBadge } from './siren-badge.tsx'

export interface ShellProps {
  readonly session: Session
  readonly children: ReactNode
  readonly onEnd: () => void
  readonly onSetPassword: () => void
}

export function Shell({ session, children, onEnd, onSetPassword }: ShellProps) {
  const name = useCameraName(session)
  const logOut = () => {
    session.logout()
    onEnd()
  }
  return (
    <AppShell header={{ height: 56 }}>
      <AppShell.Header withBorder={false}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Logo sizePx={28} />
            <PowerLed session={session} />
            <Text component="h1" fw={600} truncate>
              {name}
            </Text>
            <SirenBadge session={session} />
          </Group>
          <Group gap="xs" wrap="nowrap">
            {session.hasNoPassword && (
              <Button size="xs" color="orange" variant="light" onClick={onSetPassword}>
                Set a password
              </Button>
            )}
            <Text size="sm" c="dimmed" visibleFrom="xs">
              {session.userName}
            </Text>
            <NotifySwitch session={session} />
            <ColourSwitch />
            <Tooltip label="Log out">
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Log out" onClick={logOut}>
                <Icon name="logOut" />
              </ActionIcon>
            </Tooltip>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main>{children}</AppShell.Main>
    </AppShell>
  )
}

/** The camera's own name, shown as the title of the browser's tab too. */
function useCameraName(session: Session): string {
  const [name, setName] = useState('Vedette')
  useEffect(() => {
    session.call('GetDevInfo').then(
      ({ DevInfo }) => setName(DevInfo.name || 'Vedette'),
      // The name is an ornament: without it the page says Vedette.
      () => undefined,
    )
  }, [session])
  useEffect(() => {
    document.title = name
  }, [name])
  return name
}
