/** The camera that faults are tried on. */
import { statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Camera } from '../test/camera/kit.ts'
import { commandLineOf, treeOf } from './process-cost.ts'

/** Short, so that openings and closings are hit. */
export const ARGS = ['--segment', '4', '--source', 'scene:street?light=day', '--log-level', 'warn']
const ENTRIES = { recorder: 'recorder/process', engine: 'engine/engine' } as const

export function pidOf(camera: Camera, name: keyof typeof ENTRIES): number {
  const pid = treeOf(camera.process.pid!).find((one) => commandLineOf(one).includes(ENTRIES[name]))
  if (pid === undefined) throw new Error(`there is no ${name}`)
  return pid
}

/** Fills a volume until little more than the headroom is left. */
export function fill(folder: string, leaveBytes: number): string {
  const { bavail, bsize } = statfsSync(folder)
  const file = join(folder, 'filler')
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)))
  return file
}
