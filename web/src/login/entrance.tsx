/** The card in the middle of the page, before the camera is shown. */
import { Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Logo } from '../shell/logo.tsx'
import styles from './entrance.module.css'

export interface EntranceProps {
  readonly title: string
  readonly subtitle: string
  readonly children: ReactNode
}

export function Entrance({ title, subtitle, children }: EntranceProps) {
  return (
    <main className={styles.backdrop}>
      <Paper className={styles.card} shadow="xl" radius="lg" p="xl" withBorder>
        <Stack gap="lg">
          <Stack gap={4} align="center" ta="center">
            <Logo sizePx={56} />
            <Title order={1} size="h2" mt="xs">
              {title}
            </Title>
            <Text size="sm" c="dimmed">
              {subtitle}
            </Text>
          </Stack>
          {children}
        </Stack>
      </Paper>
    </main>
  )
}
