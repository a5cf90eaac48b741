/** Faults of a whole disk: full, read-only, gone, another one in its place. Needs root. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Camera, startCamera, until } from '../test/camera/kit.ts'
import { ARGS, fill } from './faults-camera.ts'
import { Checker, longestGap } from './faults-check.ts'

const SIZE = '64M'
const LIMIT_MS = 60_000

function command(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' })
}

/** Gives the function that takes it away. */
export function mountTmpfs(folder: string): () => void {
  command('mount', '-t', 'tmpfs', '-o', `size=${SIZE}`, 'vedette', folder)
  return () => void command('umount', '-l', folder)
}

/** A disk in a file. */
class Disk {
  readonly #image: string
  readonly folder: string

  constructor(image: string, folder: string) {
    this.#image = image
    this.folder = folder
    command('truncate', '-s', SIZE, image)
    command('mkfs.ext4', '-q', '-F', '-m', '0', image)
  }

  mount(): void {
    command('mount', '-o', 'loop,errors=remount-ro', this.#image, this.folder)
  }

  /** As when its plug is pulled: what has it open keeps it. */
  vanish(): void {
    command('umount', '-l', this.folder)
  }

  /** The file system finds an error in itself and becomes read-only. */
  fail(): void {
    const device = command('findmnt', '-n', '-o', 'SOURCE', this.folder).trim()
    writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, 'test')
  }

  repair(): void {
    this.vanish()
    try {
      command('e2fsck', '-p', '-f', this.#image)
    } catch {
      // It says by its code that it has repaired something.
    }
    this.mount()
  }
}

/** Detail lines of the disk and its recordings in the owner's log. */
const alarms = (camera: Camera): number =>
  camera.log.filter(({ msg }) => /recording could not be written|volume/.test(String(msg))).length

interface Found {
  readonly name: string
  readonly size: number
}

async function found(camera: Camera): Promise<Found[]> {
  const StartTime = { year: 2000, mon: 1, day: 1, hour: 0, min: 0, sec: 0 }
  const Search = {
    channel: 0,
    onlyStatus: 0,
    streamType: 'main',
    StartTime,
    EndTime: { ...StartTime, year: 2099 },
  }
  return (await camera.one({ cmd: 'Search', param: { Search } })).value.SearchResult.File ?? []
}

/** Details of the owner's log that tell of the disk. */
async function told(camera: Camera): Promise<string[]> {
  const time = { year: 2000, mon: 1, day: 1, hour: 0, min: 0, sec: 0 }
  const Log = { channel: 0, type: 'all', StartTime: time, EndTime: { ...time, year: 2099 } }
  const answer = await camera.one({ cmd: 'GetLog', param: { Log } }).catch(() => undefined)
  return JSON.stringify(answer?.value ?? '').match(/recording stopped[^"]*|recording goes on/g) ?? []
}

/** The owner is told that recording goes on; a stream that failed often is tried again after up to 30 s. */
async function isOver(camera: Camera): Promise<true | undefined> {
  return (await told(camera)).some((line) => line.includes('goes on')) ? true : undefined
}

/** Another file than now begins and grows. */
async function recordsAgain(camera: Camera): Promise<void> {
  const before = new Set((await found(camera)).map(({ name }) => name))
  await until(
    'a new recording',
    async () => (await found(camera)).find(({ name, size }) => !before.has(name) && size > 0),
    LIMIT_MS,
  )
}

type Scenario = (camera: Camera, one: Disk, other: Disk) => Promise<void>

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'full, no overwriting': async (camera, { folder }) => {
    await camera.one({ cmd: 'SetRec', param: { Rec: { channel: 0, overwrite: 0 } } })
    await sleep(5000)
    const filler = fill(folder, 1024 * 1024)
    await until('the alarm', async () => ((await told(camera)).length > 0 ? true : undefined), LIMIT_MS)
    const before = await found(camera)
    await sleep(6000)
    const after = await found(camera)
    if (after.length < before.length) throw new Error('something was deleted')
    rmSync(filler)
    await recordsAgain(camera)
  },
  'an error makes it read-only': async (camera, one) => {
    await sleep(6000)
    one.fail()
    await until('the alarm', async () => ((await told(camera)).length > 0 ? true : undefined), LIMIT_MS)
    await sleep(3000)
    one.repair()
    await recordsAgain(camera)
  },
  'it vanishes and comes back': async (camera, one) => {
    await sleep(6000)
    one.vanish()
    await until('the alarm', async () => ((await told(camera)).length > 0 ? true : undefined), LIMIT_MS)
    await sleep(3000)
    const left = readdirSync(one.folder)
    if (left.length > 0) throw new Error(`in the empty mount point: ${left}`)
    one.mount()
    await recordsAgain(camera)
  },
  'another disk in its place': async (camera, one, other) => {
    await sleep(6000)
    one.vanish()
    other.mount()
    await until('the alarm', async () => ((await told(camera)).length > 0 ? true : undefined), LIMIT_MS)
    await sleep(3000)
    const left = readdirSync(other.folder).filter((name) => name !== 'lost+found')
    if (left.length > 0) throw new Error(`on the other disk: ${left}`)
    other.vanish()
    one.mount()
    await recordsAgain(camera)
  },
}

/** One camera and one disk for each scenario. */
export async function disk(): Promise<Checker> {
  const all = new Checker()
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (!name.includes(process.argv[3] ?? '')) continue
    const base = mkdtempSync(join(tmpdir(), 'vedette-disk-'))
    const folder = mkdtempSync(join(base, 'mnt-'))
    const [one, other] = [new Disk(join(base, 'one.img'), folder), new Disk(join(base, 'other.img'), folder)]
    const dataDir = mkdtempSync(join(base, 'data-'))
    one.mount()
    let camera: Camera | undefined
    const checker = new Checker()
    let heard: string[] = []
    try {
      const beganMs = Date.now()
      camera = await startCamera({ args: [...ARGS, '--recordings', folder], dataDir })
      await scenario(camera, one, other)
      await until('the end of the alarm', () => isOver(camera!), LIMIT_MS)
      heard = await told(camera)
      await sleep(5000)
      const complaints = alarms(camera)
      const endedMs = Date.now()
      await camera.stop({ keepData: true })
      const rows = await checker.compare(dataDir, folder)
      const gap = longestGap(rows, 'main', beganMs + 2500, endedMs - 2000)
      console.log(
        `| ${name} | 1 | ${Math.round(gap)} | ${complaints} | ${checker.played} | ${checker.faults.length} |`,
      )
    } catch (error) {
      checker.faults.push(String(error))
      console.log(`| ${name} | 1 | | | ${checker.played} | ${checker.faults.length} |`)
      await camera?.stop({ keepData: true })
    }
    if (checker.faults.length > 0) console.log(`  told: ${heard.join('; ')}`)
    if (checker.faults.length > 0)
      for (const { msg, reason } of camera?.log ?? []) console.log(`  log: ${msg} ${reason ?? ''}`)
    all.faults.push(...checker.faults.map((fault) => `${name}: ${fault}`))
    try {
      one.vanish()
    } catch {
      // It was not there.
    }
    rmSync(base, { recursive: true, force: true })
  }
  return all
}
