/** From a verified package to a slot on trial. A power cut at any line leaves the camera as it was. */
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sync } from '../base/durable.ts'
import { refuse } from './header.ts'
import type { VerifiedPackage } from './receiver.ts'
import {
  type Places,
  PROGRAM,
  readState,
  SLOTS,
  type SlotInfo,
  versionOfProgram,
  writeState,
} from './state.ts'
import { unpack } from './unpack.ts'
import { nameOf } from './version.ts'

/**
 * The next start will try it. `installation` is the folder whose modules it may link. Errors: CameraError
 * `check-failed`, `write-failed`; those of the system.
 */
export async function install(
  places: Places,
  installation: string,
  { header, payload }: VerifiedPackage,
): Promise<void> {
  const tree = join(places.incoming, 'tree')
  rmSync(tree, { recursive: true, force: true })
  await unpack(payload, tree, header.unpackedBytes)
  if (!existsSync(join(tree, PROGRAM))) refuse('it holds no camera')
  if (nameOf(versionOfProgram(tree)) !== nameOf(header)) refuse('it holds another version than it says')
  const modules = join(tree, 'node_modules')
  const hasModules = lstatSync(modules, { throwIfNoEntry: false }) !== undefined
  if (hasModules !== header.withModules) refuse('its modules are not where its header says')
  if (!hasModules) symlinkSync(join(installation, 'node_modules'), modules)
  const { version, build } = header
  const info: SlotInfo = { version, build, modules: hasModules ? null : header.modules }
  writeFileSync(join(tree, 'slot.json'), JSON.stringify(info), { mode: 0o600, flag: 'wx' })
  sync(join(tree, 'slot.json'))
  sync(tree)

  const state = readState(places)
  const slot = SLOTS.find((one) => one !== state.active)!
  const former = join(places.incoming, 'former')
  rmSync(former, { recursive: true, force: true })
  if (existsSync(places.slot(slot))) renameSync(places.slot(slot), former)
  renameSync(tree, places.slot(slot))
  sync(places.folder)
  writeState(places, { ...state, trial: { slot, tries: 0 }, failed: null })
}

/** Removes what earlier runs left behind: broken uploads and slots that nothing refers to. */
export function clearRubbish(places: Places): void {
  mkdirSync(places.folder, { recursive: true, mode: 0o700 })
  const { active, trial } = readState(places)
  rmSync(places.incoming, { recursive: true, force: true })
  for (const slot of SLOTS) {
    if (slot !== active && slot !== trial?.slot) rmSync(places.slot(slot), { recursive: true, force: true })
  }
  if (trial === null) rmSync(places.keptDatabase, { force: true })
}
