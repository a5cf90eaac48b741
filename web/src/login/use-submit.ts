/** A form that asks the camera: busy while it waits, one sentence when it is refused. */
import { type FormEvent, useState } from 'react'
import { sentenceOf } from '../api.ts'

export interface Submit {
  readonly isBusy: boolean
  readonly problem: string | undefined
  readonly onSubmit: (event: FormEvent) => void
}

/** `action` rejects with the sentence to show. */
export function useSubmit(action: () => Promise<void>): Submit {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      await action()
    } catch (error) {
      setProblem(sentenceOf(error))
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, problem, onSubmit }
}
