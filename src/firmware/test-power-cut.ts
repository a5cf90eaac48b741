/** Power cuts for tests: from the n-th change of the disk on, nothing gets through. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const CHANGES = [
  'copyFileSync',
  'fsyncSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmSync',
  'symlinkSync',
  'writeFileSync',
] as const

export class PowerCut extends Error {}

/** Runs `work` with a cut before its `step`-th change, from 0. True if it got to its end before that. */
export async function withPowerCut(step: number, work: () => Promise<void>): Promise<boolean> {
  const originals = CHANGES.map((name) => [name, fs[name]] as const)
  let changes = 0
  for (const [name, original] of originals) {
    const counted = (...args: never[]) => {
      changes += 1
      if (changes > step) throw new PowerCut(name)
      return (original as (...args: never[]) => unknown)(...args)
    }
    Object.assign(fs, { [name]: counted })
  }
  syncBuiltinESMExports()
  try {
    await work()
  } catch (error) {
    if (changes <= step) throw error
  } finally {
    Object.assign(fs, Object.fromEntries(originals))
    syncBuiltinESMExports()
  }
  return changes <= step
}
