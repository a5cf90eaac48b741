/** What must hold of recordings after any fault: every file plays, index and folder agree, little is missing. */
import { globSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { run } from '../test/camera/kit.ts'

export interface Row {
  readonly id: number
  readonly name: string
  readonly stream: 'main' | 'sub'
  readonly startMs: number
  readonly endMs: number
  readonly sizeBytes: number
  readonly state: string
}

/** The index of a camera that does not run. */
export function rowsOf(dataDir: string): Row[] {
  const index = new DatabaseSync(join(dataDir, 'recordings.db'))
  try {
    const damage = index.prepare('pragma integrity_check').get()?.integrity_check
    if (damage !== 'ok') throw new Error(`the index is damaged: ${damage}`)
    return index
      .prepare('select * from recording order by id')
      .all()
      .map((row) => ({
        id: Number(row.id),
        name: String(row.name),
        stream: row.stream as Row['stream'],
        startMs: Number(row.start_ms),
        endMs: Number(row.end_ms),
        sizeBytes: Number(row.size_bytes),
        state: String(row.state),
      }))
  } finally {
    index.close()
  }
}

/** Remembers which files were played already. */
export class Checker {
  readonly #played = new Set<string>()
  readonly faults: string[] = []

  get played(): number {
    return this.#played.size
  }

  /** Compares index and folder, and plays the files that are new. */
  async compare(dataDir: string, recordings: string): Promise<Row[]> {
    const rows = rowsOf(dataDir)
    const files = globSync('vedette/*/*.mp4', { cwd: recordings })
    const byName = new Map(files.map((file) => [basename(file), join(recordings, file)]))
    for (const row of rows) {
      const file = byName.get(row.name)
      byName.delete(row.name)
      if (row.state !== 'closed') this.faults.push(`${row.name} is ${row.state}`)
      else if (file === undefined) this.faults.push(`${row.name} has no file`)
      else await this.#play(file, row)
    }
    for (const name of byName.keys()) this.faults.push(`${name} has no row`)
    return rows
  }

  async #play(file: string, row: Row): Promise<void> {
    const { size } = statSync(file)
    if (size !== row.sizeBytes) this.faults.push(`${row.name} has ${size} bytes, its row ${row.sizeBytes}`)
    const key = `${file} ${size}`
    if (this.#played.has(key)) return
    this.#played.add(key)
    const { code, stderr } = await run('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'])
    if (code !== 0 || stderr !== '') this.faults.push(`${row.name}: ${stderr.trim()}`)
    const show = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'stream=duration', '-of', 'csv=p=0']
    const probe = await run('ffprobe', [...show, file])
    const seconds = Number(probe.stdout.toString().trim())
    const wanted = (row.endMs - row.startMs) / 1000
    if (probe.stderr !== '' || Math.abs(seconds - wanted) > 0.05)
      this.faults.push(`${row.name} lasts ${seconds} s, its row ${wanted} s ${probe.stderr}`)
  }
}

/** Milliseconds before `atMs` that a stream lacks: from the end of the last recording before it. */
export function lossBefore(rows: readonly Row[], stream: Row['stream'], atMs: number): number {
  const ends = rows.filter((row) => row.stream === stream && row.startMs < atMs).map(({ endMs }) => endMs)
  return Math.max(0, atMs - Math.max(0, ...ends))
}

/** The longest time between `fromMs` and `toMs` that no recording of the stream covers. */
export function longestGap(
  rows: readonly Row[],
  stream: Row['stream'],
  fromMs: number,
  toMs: number,
): number {
  const mine = rows.filter((row) => row.stream === stream && row.endMs > fromMs && row.startMs < toMs)
  mine.sort((one, other) => one.startMs - other.startMs)
  let [longest, end] = [0, fromMs]
  for (const row of mine) {
    longest = Math.max(longest, row.startMs - end)
    end = Math.max(end, row.endMs)
  }
  return Math.max(longest, toMs - end)
}
