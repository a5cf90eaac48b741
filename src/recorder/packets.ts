/** Recorded files as packets again: for playing them back and for joining them. */
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { AUDIO_TRACK, VIDEO_TIMESCALE, VIDEO_TRACK } from '../media/container/mp4/format.ts'
import type { Recording } from '../media/container/mp4/reader.ts'
import type { PlacedRun } from '../media/container/mp4/tables.ts'
import type { Packet, StreamFormat } from '../media/packet.ts'
import { readHandle } from './file.ts'

/** Something that was recorded, open for reading. */
export class OpenRecording {
  readonly name: string
  readonly recording: Recording
  readonly #handle: FileHandle

  private constructor(name: string, handle: FileHandle, recording: Recording) {
    this.name = name
    this.#handle = handle
    this.recording = recording
  }

  /** Errors: ParseError; the system's. */
  static async open(path: string): Promise<OpenRecording> {
    const handle = await open(path, 'r')
    try {
      return new OpenRecording(basename(path), handle, await readHandle(handle, (await handle.stat()).size))
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  get format(): StreamFormat {
    return this.recording.description.format
  }

  /** Camera's clock at the first picture. */
  get startMs(): number {
    return this.recording.description.startMs
  }

  /**
   * Packets in the order of their times, from the last key picture that lies not behind `fromMs` after the beginning.
   * Times count from the beginning of the file. Errors: the system's.
   */
  async *packets(fromMs: number): AsyncGenerator<Packet> {
    const from90k = this.#keyBefore(fromMs * 90)
    for (const group of groupsOf(this.recording.runs)) {
      if (group.every((run) => this.#endOf(run) <= from90k)) continue
      const packets = await Promise.all(group.map((run) => this.#packetsOf(run)))
      const inOrder = packets.flat().sort((one, other) => one.pts90k - other.pts90k)
      for (const packet of inOrder) if (packet.pts90k >= from90k) yield packet
    }
  }

  /** Errors: the system's; Error if there is less. */
  async read(offset: number, sizeBytes: number): Promise<Buffer> {
    const bytes = Buffer.alloc(sizeBytes)
    const { bytesRead } = await this.#handle.read(bytes, 0, sizeBytes, offset)
    if (bytesRead < sizeBytes) throw new Error(`${this.name} ends early`)
    return bytes
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  #keyBefore(wanted90k: number): number {
    let found = 0
    for (const { track, startTime, samples } of this.recording.runs) {
      if (track !== VIDEO_TRACK) continue
      let time = startTime
      for (const { duration, isKey } of samples) {
        if (isKey && time <= wanted90k) found = time
        time += duration
      }
    }
    return found
  }

  #endOf({ track, startTime, samples }: PlacedRun): number {
    return this.#to90k(
      track,
      samples.reduce((time, { duration }) => time + duration, startTime),
    )
  }

  /** A time of a track in 1/90000 s. */
  #to90k(track: PlacedRun['track'], time: number): number {
    const timescale = track === AUDIO_TRACK ? (this.format.audio?.sampleRate ?? 1) : VIDEO_TIMESCALE
    return Math.round((time * VIDEO_TIMESCALE) / timescale)
  }

  async #packetsOf({ track, startTime, samples, offset }: PlacedRun): Promise<Packet[]> {
    const bytes = await this.read(
      offset,
      samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    )
    let [at, time] = [0, startTime]
    return samples.map(({ duration, sizeBytes, isKey }) => {
      const pts90k = this.#to90k(track, time)
      const packet: Packet = {
        track: track === AUDIO_TRACK ? 'audio' : 'video',
        data: bytes.subarray(at, at + sizeBytes),
        pts90k,
        dts90k: pts90k,
        isKey: isKey && track === VIDEO_TRACK,
        wallMs: this.startMs + pts90k / 90,
      }
      at += sizeBytes
      time += duration
      return packet
    })
  }
}

/** Each run of pictures with the sound that lies behind it: together they are one stretch of time. */
function groupsOf(runs: readonly PlacedRun[]): PlacedRun[][] {
  const groups: PlacedRun[][] = []
  for (const run of runs) {
    if (run.track === VIDEO_TRACK || groups.length === 0) groups.push([run])
    else groups.at(-1)!.push(run)
  }
  return groups
}
