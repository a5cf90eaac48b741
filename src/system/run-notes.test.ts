import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channelNotes } from './channel-notes.ts'
import type { LogEvent } from './log-event.ts'
import { noteStart, noteStop } from './run-notes.ts'

function setUp() {
  const values = new Map<string, unknown>()
  const details: string[] = []
  const memory = {
    load: (key: string) => values.get(key),
    save: (changes: Readonly<Record<string, unknown>>) => {
      for (const [key, value] of Object.entries(changes)) values.set(key, value)
    },
  }
  const deviceLog = { write: ({ detail }: LogEvent) => void details.push(detail), flush: () => undefined }
  return { details, running: { memory, deviceLog, version: 'v1', wasDamaged: false } }
}

test('a start and a stop are noted, and a stop that nobody could note at the next start', () => {
  const { details, running } = setUp()
  noteStart(running)
  noteStop(running)
  noteStart(running)
  noteStart({ ...running, wasDamaged: true })
  assert.deepEqual(details, [
    'camera started, version v1',
    'camera stopped',
    'camera started, version v1',
    'the camera had not been stopped: a crash or a power cut',
    'the database was damaged and has been put aside',
    'camera started, version v1',
  ])
})

test('a source that comes, goes, is tried again and comes back is two entries', () => {
  const details: string[] = []
  const notes = channelNotes(({ detail }) => void details.push(detail))
  notes.source('connecting', '')
  notes.source('live', '')
  notes.source('lost', 'connection refused')
  notes.source('connecting', '')
  notes.source('lost', 'connection refused')
  notes.source('live', '')
  notes.crashed('SIGSEGV')
  assert.deepEqual(details, [
    'video lost: connection refused',
    'video is back',
    'the video engine crashed (SIGSEGV) and was restarted',
  ])
})
