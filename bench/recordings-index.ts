/**
 * `node bench/recordings-index.ts`: how long the index of recordings takes with a million files, 500,000 of main and of sub,
 * one every 150 s. Search is measured as the API answers it, with everything but the network.
 */
import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../src/base/clock.ts'
import { silentLog } from '../src/base/log.ts'
import { recordingName } from '../src/recorder/names.ts'
import { Database } from '../src/store/database.ts'
import { RECORDINGS } from '../src/store/recordings.ts'
import { startApi } from '../test/api/kit.ts'
import { median } from './statistics.ts'

const FILES = 500_000
const EVERY_MS = 150_000
const ROUNDS = 15
const START_MS = Date.UTC(2024, 0, 1)

/** The same rows as 1,000,000 calls of `insert`, in one transaction. */
function fill(dataDir: string): void {
  const database = new Database({ dataDir, clock: systemClock, log: silentLog, kind: RECORDINGS })
  database.transaction(() => {
    const insert = database.sql.prepare(
      `insert into recording (name, channel, stream, start_ms, end_ms, size_bytes, width, height, frame_rate, run_up_ms, state)
       values (?, 0, ?, ?, ?, 37500000, 1280, 720, 15, 0, 'closed')`,
    )
    for (let index = 0; index < FILES; index += 1) {
      const startMs = START_MS + index * EVERY_MS
      for (const stream of ['main', 'sub'] as const)
        insert.run(recordingName(startMs, stream), stream, startMs, startMs + EVERY_MS)
    }
  })
  database.close()
}

const dataDir = mkdtempSync(join(tmpdir(), 'vedette-index-'))
fill(dataDir)
const api = await startApi({ dataDir })
const at = (month: number, day: number, hour: number, year = 2025) => ({
  ...{ year, mon: month, day, hour, min: 0, sec: 0 },
})
type Moment = ReturnType<typeof at>
const search = (onlyStatus: number, StartTime: Moment, EndTime: Moment) => async () => {
  const Search = { channel: 0, onlyStatus, streamType: 'main', StartTime, EndTime }
  const { code, value } = await api.one({ cmd: 'Search', param: { Search } })
  if (code !== 0) throw new Error(`Search: ${code}`)
  return value
}
const QUESTIONS: Readonly<Record<string, () => unknown>> = {
  'Search: the 577 files of a day': search(0, at(6, 15, 0), at(6, 15, 24)),
  'Search: the table of a month': search(1, at(6, 1, 0), at(6, 30, 23)),
  'Search: the tables of two years': search(1, at(1, 1, 0, 2024), at(12, 31, 23)),
  'Search: a month without recordings': search(1, at(6, 1, 0, 2031), at(6, 30, 23, 2031)),
  'a file by its name': () => api.index.find(recordingName(START_MS + 300_000 * EVERY_MS, 'sub')),
  'the ten oldest': () => api.index.oldest(10),
}
console.log('| question | ms: median | most |\n|---|---|---|')
for (const [question, ask] of Object.entries(QUESTIONS)) {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now()
    await ask()
    times.push(performance.now() - began)
  }
  console.log(`| ${question} | ${median(times).toFixed(2)} | ${Math.max(...times).toFixed(1)} |`)
}
console.log(`\nThe index has ${(statSync(join(dataDir, 'recordings.db')).size / 2 ** 20).toFixed(0)} MiB.`)
api.stop()
