/** The camera's power LED, as it would shine on its case. */
import { Box } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Session } from '../api.ts'

const INTERVAL_MS = 10_000

export function PowerLed({ session }: { readonly session: Session }) {
  const state = usePowerLed(session)
  if (state === undefined) return null
  const isOn = state === 'On'
  return (
    <Box
      role="img"
      aria-label={isOn ? 'Power LED on' : 'Power LED off'}
      w={8}
      h={8}
      bdrs="50%"
      bg={isOn ? 'green.6' : 'gray.5'}
      style={{ flexShrink: 0, boxShadow: isOn ? '0 0 6px var(--mantine-color-green-5)' : 'none' }}
    />
  )
}

/** Undefined while it is not known, or if this camera has none to show. */
function usePowerLed(session: Session): 'On' | 'Off' | undefined {
  const [state, setState] = useState<'On' | 'Off'>()
  useEffect(() => {
    const ask = () => {
      session.call('GetPowerLed', { channel: 0 }).then(
        ({ PowerLed }) => setState(PowerLed.state),
        () => setState(undefined),
      )
    }
    ask()
    const timer = setInterval(ask, INTERVAL_MS)
    return () => clearInterval(timer)
  }, [session])
  return state
}
