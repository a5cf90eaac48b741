/** User and password. */
import { Alert, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Session } from '../api.ts'
import { Entrance } from './entrance.tsx'
import { useSubmit } from './use-submit.ts'

export interface LoginPageProps {
  /** Why the user is here again. */
  readonly notice: string | undefined
  readonly onLogin: (session: Session) => void
}

export function LoginPage({ notice, onLogin }: LoginPageProps) {
  const [userName, setUserName] = useState('admin')
  const [password, setPassword] = useState('')
  const { isBusy, problem, onSubmit } = useSubmit(async () =>
    onLogin(await Session.login(userName, password)),
  )
  const sentence = problem ?? notice

  return (
    <Entrance title="Vedette" subtitle="Log in to see the live picture">
      <form onSubmit={onSubmit}>
        <Stack>
          {sentence !== undefined && (
            <Alert role="alert" color={problem === undefined ? 'cyan' : 'red'} py="xs">
              {sentence}
            </Alert>
          )}
          <TextInput
            label="User"
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            maxLength={31}
            value={userName}
            onChange={(event) => setUserName(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            autoFocus
            maxLength={31}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" size="md" loading={isBusy} fullWidth>
            Log in
          </Button>
        </Stack>
      </form>
      {isThisMachine() && <FirstRunHint />}
    </Entrance>
  )
}

/** A camera without a password can only be reached from its own machine, so only there the hint may help. */
function isThisMachine(): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)
}

function FirstRunHint() {
  return (
    <Text size="xs" c="dimmed" ta="center">
      First start? The user <b>admin</b> has no password yet: leave the field empty. Until one is set, the
      camera can be reached from this machine only.
    </Text>
  )
}
