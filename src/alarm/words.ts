/** Events in words, for people and for programs. */
import type { AlarmEvent, EventKind } from './event.ts'

export const SENTENCES: Readonly<Record<EventKind, string>> = {
  motion: 'Motion',
  covered: 'The camera is covered',
  frozen: 'The picture stands still',
  defocused: 'The picture is out of focus',
  disk: 'Recordings cannot be written',
}

/** What webhooks and MQTT tell of an event. JSON. */
export interface EventReport {
  readonly id: number
  readonly kind: EventKind
  readonly state: 'began' | 'ended'
  /** When that happened, ISO 8601 in UTC. */
  readonly time: string
  readonly channel: number
  readonly camera: string
  readonly serial: string
  readonly score: number
}

export interface CameraNames {
  readonly name: string
  readonly serial: string
}

export function reportOf(
  { id, kind, startMs, endMs, channel, peakScore }: AlarmEvent,
  state: EventReport['state'],
  { name, serial }: CameraNames,
): EventReport {
  const timeMs = state === 'began' ? startMs : (endMs ?? startMs)
  return {
    id,
    kind,
    state,
    time: new Date(timeMs).toISOString(),
    channel,
    camera: name,
    serial,
    score: Math.round(peakScore * 1000) / 1000,
  }
}
