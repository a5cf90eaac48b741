/** Tells that the siren sounds. */
import { Badge } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Session } from '../api.ts'

const INTERVAL_MS = 2000

export function SirenBadge({ session }: { readonly session: Session }) {
  const [isOn, setOn] = useState(false)
  useEffect(() => {
    const ask = () => {
      if (document.hidden) return
      session.push('state').then(
        (state) => setOn((state as { siren: boolean }).siren),
        () => setOn(false),
      )
    }
    ask()
    const timer = setInterval(ask, INTERVAL_MS)
    return () => clearInterval(timer)
  }, [session])
  if (!isOn) return null
  return (
    <Badge role="alert" color="red" size="lg" variant="filled" style={{ flexShrink: 0 }}>
      Siren
    </Badge>
  )
}
