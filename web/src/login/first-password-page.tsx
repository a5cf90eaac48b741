/** First run: the admin chooses a password, and the camera opens to the network. */
import { Alert, Button, PasswordInput, Stack } from '@mantine/core'
import { useState } from 'react'
import { ApiError, Session } from '../api.ts'
import { Entrance } from './entrance.tsx'
import { useSubmit } from './use-submit.ts'

/** Bounds of ModifyUser (Guide §3.2.6, §4.4). */
const MIN_LENGTH = 6
const MAX_LENGTH = 16

export interface FirstPasswordPageProps {
  readonly session: Session
  /** Gets the session that was opened with the new password. */
  readonly onChanged: (session: Session) => void
  readonly onLater: () => void
  readonly onEnd: (reason: string) => void
}

export function FirstPasswordPage({ session, onChanged, onLater, onEnd }: FirstPasswordPageProps) {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const { isBusy, problem, onSubmit } = useSubmit(async () => {
    if (password !== again) throw new Error('The two passwords are not the same.')
    const { userName } = session
    try {
      await session.call('ModifyUser', { User: { userName, password } })
    } catch (error) {
      if (error instanceof ApiError && error.isSessionEnd) return onEnd(error.message)
      throw error
    }
    // The camera may have ended the old session and be opening its ports to the network at this moment.
    await session.logout()
    await Session.login(userName, password).then(onChanged, () =>
      onEnd('The password is set. Please log in with it.'),
    )
  })

  return (
    <Entrance
      title="Choose a password"
      subtitle="The camera has none yet, so it can be reached from this machine only. With a password it opens to your network."
    >
      <form onSubmit={onSubmit}>
        <Stack>
          {problem !== undefined && (
            <Alert role="alert" color="red" py="xs">
              {problem}
            </Alert>
          )}
          <input type="hidden" name="username" autoComplete="username" value={session.userName} readOnly />
          <PasswordInput
            label="New password"
            description={`${MIN_LENGTH} to ${MAX_LENGTH} characters`}
            autoComplete="new-password"
            autoFocus
            required
            withAsterisk={false}
            minLength={MIN_LENGTH}
            maxLength={MAX_LENGTH}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <PasswordInput
            label="Once more"
            autoComplete="new-password"
            required
            withAsterisk={false}
            maxLength={MAX_LENGTH}
            value={again}
            onChange={(event) => setAgain(event.currentTarget.value)}
          />
          <Button type="submit" size="md" loading={isBusy} fullWidth>
            Set the password
          </Button>
          <Button variant="subtle" color="gray" onClick={onLater} fullWidth>
            Later
          </Button>
        </Stack>
      </form>
    </Entrance>
  )
}
