import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { CameraError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import type { LogEvent } from '../system/log-event.ts'
import { Volume } from './volume.ts'

const ID_FILE = '.vedette-volume'
const isRoot = process.getuid?.() === 0

function setUp(context: TestContext) {
  const base = mkdtempSync(join(tmpdir(), 'vedette-volume-'))
  context.after(() => rmSync(base, { recursive: true, force: true }))
  const values = new Map<string, unknown>()
  const events: LogEvent[] = []
  const memory = {
    load: (key: string) => values.get(key),
    save: (changes: Readonly<Record<string, unknown>>) => {
      for (const [key, value] of Object.entries(changes)) values.set(key, structuredClone(value))
    },
  }
  const folder = join(base, 'disk')
  const open = async (path = folder) => {
    const note = (event: LogEvent) => void events.push(event)
    const volume = new Volume({ folder: path, memory, note, log: silentLog })
    await volume.start()
    return volume
  }
  const at = (...names: string[]) => join(folder, ...names)
  return { base, folder, at, values, events, memory, open }
}

const flagsOf = async (volume: Volume) => {
  const { isMounted, isFormatted } = await volume.state()
  return { isMounted, isFormatted }
}
const GOOD = { isMounted: true, isFormatted: true }
const refused = (error: unknown) => error instanceof CameraError && error.kind === 'set-failed'

test('a new folder is made for the owner alone and gets an id that outlives a restart', async (context) => {
  const { folder, at, open, events } = setUp(context)
  assert.deepEqual(await flagsOf(await open()), GOOD)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.equal(statSync(at('vedette')).mode & 0o777, 0o700)
  const id = readFileSync(at(ID_FILE), 'utf8')
  assert.deepEqual(await flagsOf(await open()), GOOD)
  assert.equal(readFileSync(at(ID_FILE), 'utf8'), id)
  assert.deepEqual(events, [])
})

test('capacity and free space are those of the file system', async (context) => {
  const { folder, open } = setUp(context)
  const { capacityBytes, freeBytes } = await (await open()).state()
  const { bsize, blocks, bavail } = statfsSync(folder)
  assert.equal(capacityBytes, bsize * blocks)
  assert.ok(Math.abs(freeBytes - bsize * bavail) < 1e9)
})

test('a volume that vanishes or is exchanged is not mounted, now and after a restart', async (context) => {
  const { base, folder, at, open, events } = setUp(context)
  const volume = await open()
  renameSync(folder, join(base, 'away'))
  assert.deepEqual(await volume.state(), {
    isMounted: false,
    isFormatted: false,
    capacityBytes: 0,
    freeBytes: 0,
  })
  // An empty mount point.
  mkdirSync(folder)
  assert.deepEqual(await flagsOf(volume), { isMounted: false, isFormatted: false })
  // The disk of another camera.
  writeFileSync(at(ID_FILE), '01234567-89ab-4cde-8f01-23456789abcd\n')
  assert.deepEqual(await flagsOf(volume), { isMounted: false, isFormatted: true })
  const again = await open()
  assert.deepEqual(await flagsOf(again), { isMounted: false, isFormatted: true })
  assert.deepEqual(readdirSync(folder), [ID_FILE])
  assert.deepEqual(
    events.map(({ type }) => type),
    ['disk'],
  )
  // And back.
  rmSync(folder, { recursive: true })
  renameSync(join(base, 'away'), folder)
  assert.deepEqual(await flagsOf(again), GOOD)
})

test('Format accepts an exchanged volume', async (context) => {
  const { folder, at, open } = setUp(context)
  await open()
  rmSync(folder, { recursive: true })
  mkdirSync(at('vedette', 'old'), { recursive: true })
  writeFileSync(at(ID_FILE), '01234567-89ab-4cde-8f01-23456789abcd\n')
  const volume = await open()
  await volume.format()
  assert.deepEqual(await flagsOf(volume), GOOD)
  assert.deepEqual(readdirSync(at('vedette')), [])
  assert.deepEqual(await flagsOf(await open()), GOOD)
})

test('Format erases what is ours and leaves the files of others', async (context) => {
  const { at, open } = setUp(context)
  const volume = await open()
  const id = readFileSync(at(ID_FILE), 'utf8')
  mkdirSync(at('vedette', '2026', '11'), { recursive: true })
  writeFileSync(at('vedette', '2026', '11', 'a.mp4'), 'x')
  writeFileSync(at('vedette', '.hidden'), 'x')
  mkdirSync(at('holiday'))
  writeFileSync(at('holiday', 'b.jpg'), 'x')
  writeFileSync(at('vedette.txt'), 'x')
  await volume.format()
  assert.deepEqual(readdirSync(at()).sort(), [ID_FILE, 'holiday', 'vedette', 'vedette.txt'])
  assert.deepEqual(readdirSync(at('vedette')), [])
  assert.ok(existsSync(at('holiday', 'b.jpg')))
  assert.notEqual(readFileSync(at(ID_FILE), 'utf8'), id)
  assert.deepEqual(await flagsOf(volume), GOOD)
})

test('Format never goes through a link', async (context) => {
  const { base, at, open } = setUp(context)
  const volume = await open()
  const outside = join(base, 'outside')
  mkdirSync(join(outside, 'deep'), { recursive: true })
  writeFileSync(join(outside, 'deep', 'keep'), 'x')
  symlinkSync(outside, at('vedette', 'link'))
  symlinkSync(join(outside, 'deep', 'keep'), at('vedette', 'file'))
  symlinkSync('/nowhere', at('vedette', 'broken'))
  await volume.format()
  assert.deepEqual(readdirSync(at('vedette')), [])
  assert.ok(existsSync(join(outside, 'deep', 'keep')))

  rmSync(at('vedette'), { recursive: true })
  symlinkSync(outside, at('vedette'))
  assert.equal((await volume.state()).isMounted, false)
  await volume.format()
  assert.ok(existsSync(join(outside, 'deep', 'keep')))
  assert.ok(statSync(at('vedette')).isDirectory())
  assert.deepEqual(await flagsOf(volume), GOOD)
})

test('an id file that is a link, a pipe, a folder or too long counts for nothing', async (context) => {
  const { base, at, open } = setUp(context)
  const volume = await open()
  const id = readFileSync(at(ID_FILE))
  const away = join(base, 'id')
  writeFileSync(away, id)
  const forms = [
    () => symlinkSync(away, at(ID_FILE)),
    () => mkdirSync(at(ID_FILE)),
    () => spawnSync('mkfifo', [at(ID_FILE)]),
    () => writeFileSync(at(ID_FILE), Buffer.concat([id, Buffer.alloc(10_000)])),
    () => writeFileSync(at(ID_FILE), 'x'.repeat(37)),
    () => writeFileSync(at(ID_FILE), ''),
  ]
  for (const form of forms) {
    rmSync(at(ID_FILE), { recursive: true })
    form()
    assert.deepEqual(await flagsOf(volume), { isMounted: false, isFormatted: false }, String(form))
  }
  rmSync(at(ID_FILE))
  writeFileSync(at(ID_FILE), id)
  assert.deepEqual(await flagsOf(volume), GOOD)
})

test('a folder called vedette that no camera made is never touched', async (context) => {
  const { at, open, events } = setUp(context)
  mkdirSync(at('vedette', '.git'), { recursive: true })
  const volume = await open()
  assert.deepEqual(await flagsOf(volume), { isMounted: false, isFormatted: false })
  await assert.rejects(volume.format(), refused)
  assert.ok(existsSync(at('vedette', '.git')))
  assert.ok(!existsSync(at(ID_FILE)))
  assert.match(String(events[0]?.detail), /is left alone/)
  // Empty it is as good as none.
  rmSync(at('vedette', '.git'), { recursive: true })
  await volume.format()
  assert.deepEqual(await flagsOf(volume), GOOD)
})

test('a folder that is missing, no folder or not for writing costs the disk and not the camera', async (context) => {
  const { base, folder, at, open, events } = setUp(context)
  const file = join(base, 'file')
  writeFileSync(file, 'x')
  // Nothing can be made below /proc, whoever asks.
  for (const path of [file, join(file, 'below'), '/proc', '/proc/vedette-test']) {
    const volume = await open(path)
    assert.equal((await volume.state()).isMounted, false, path)
    await assert.rejects(volume.format(), refused)
  }
  assert.equal(events.length, 4)
  const volume = await open()
  rmSync(folder, { recursive: true })
  await assert.rejects(volume.format(), refused)
  assert.ok(!existsSync(at()))
})

test('a folder that may not be written is not mounted, and nothing in it is erased', {
  skip: isRoot && 'root may write everywhere',
}, async (context) => {
  const { folder, at, open } = setUp(context)
  const volume = await open()
  writeFileSync(at('vedette', 'a.mp4'), 'x')
  chmodSync(folder, 0o500)
  assert.deepEqual(await flagsOf(volume), { isMounted: false, isFormatted: true })
  await assert.rejects(volume.format(), refused)
  assert.ok(existsSync(at('vedette', 'a.mp4')))
  chmodSync(folder, 0o700)
  assert.deepEqual(await flagsOf(volume), GOOD)
})

test('another folder of the same camera begins anew, and a volume nothing is remembered of is taken over', async (context) => {
  const { base, at, values, open } = setUp(context)
  await open()
  assert.deepEqual(await flagsOf(await open(join(base, 'second'))), GOOD)
  const id = readFileSync(at(ID_FILE), 'utf8')
  values.clear()
  assert.deepEqual(await flagsOf(await open()), GOOD)
  assert.equal(readFileSync(at(ID_FILE), 'utf8'), id)
})

test('a kill at any step of Format leaves a volume that is mounted or can be formatted', async (context) => {
  const { at, values, memory, open } = setUp(context)
  for (const killedAt of [1, 2]) {
    const volume = await open()
    writeFileSync(at('vedette', 'a.mp4'), 'x')
    const { save } = memory
    let saves = 0
    memory.save = (changes) => {
      saves += 1
      if (saves === killedAt) throw new Error('killed')
      save(changes)
    }
    await assert.rejects(volume.format())
    memory.save = save
    const again = await open()
    assert.deepEqual(await flagsOf(again), GOOD, `killed at ${killedAt}`)
    assert.ok(values.size > 0)
  }
})

test('two that format at the same time wait for each other', async (context) => {
  const { at, open } = setUp(context)
  const volume = await open()
  for (let index = 0; index < 200; index += 1) writeFileSync(at('vedette', `${index}`), 'x')
  await Promise.all([volume.format(), volume.format(), volume.format()])
  assert.deepEqual(await flagsOf(volume), GOOD)
  assert.deepEqual(readdirSync(at('vedette')), [])
})
