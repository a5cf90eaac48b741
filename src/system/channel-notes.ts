/** What the owner's log is told of a channel: its video lost and back, its engine crashed. */
import type { SourceState } from '../engine/protocol.ts'
import type { LogEvent } from './log-event.ts'

interface ChannelNotes {
  /** `detail` is a sentence without secrets, or empty. */
  source(state: SourceState, detail: string): void
  crashed(how: string): void
}

/** A source that is tried again and again is lost once. */
export function channelNotes(write: (event: LogEvent) => void): ChannelNotes {
  let isLost = false
  return {
    source: (state, detail) => {
      if (state === 'connecting' || isLost === (state === 'lost')) return
      isLost = state === 'lost'
      const why = detail === '' ? '' : `: ${detail}`
      write({ type: 'alarm', detail: isLost ? `video lost${why}` : 'video is back' })
    },
    crashed: (how) =>
      write({ type: 'system', detail: `the video engine crashed (${how}) and was restarted` }),
  }
}
