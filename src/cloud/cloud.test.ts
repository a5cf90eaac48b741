/** Against a real S3-compatible server in a process of its own; it checks no signatures, so that a gate does where it counts. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { startS3Gate } from '../../test/fakes/s3-gate.ts'
import { systemClock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import { toLocal, UTC } from '../base/local-time.ts'
import { silentLog } from '../base/log.ts'
import { manualTime } from '../base/timers.ts'
import { WeeklyGate } from '../base/weekly-gate.ts'
import { openStore, type Store } from '../store/store.ts'
import { Bucket } from './bucket.ts'
import { Cloud } from './cloud.ts'
import { PART_BYTES, upload } from './upload.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-cloud-'))
const bin = join(dirname(createRequire(import.meta.url).resolve('s3rver/package.json')), 'bin/s3rver.js')
const ACCOUNT = { userName: 'S3RVER', password: 'S3RVER' }
const ALWAYS = { isEnabled: true, hours: '1'.repeat(168) }
const BY = { userName: 'admin', address: '' }
let server: ChildProcess | undefined
let port = 0
let store: Store

async function startServer(): Promise<void> {
  const args = [
    '-p',
    String(port),
    '-a',
    '127.0.0.1',
    '-d',
    join(folder, 's3'),
    '--configure-bucket',
    'films',
  ]
  server = spawn(process.execPath, [bin, ...args], { stdio: 'ignore' })
  const deadline = Date.now() + 20_000
  for (;;) {
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      )
    )
      return
    if (Date.now() > deadline) throw new Error('the server does not come up')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

before(async () => {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  port = (probe.address() as AddressInfo).port
  await new Promise((resolve) => probe.close(resolve))
  mkdirSync(join(folder, 's3'))
  mkdirSync(join(folder, 'data'))
  store = openStore({ dataDir: join(folder, 'data'), clock: systemClock, log: silentLog })
  await startServer()
})
after(() => {
  server?.kill('SIGKILL')
  store.close()
  rmSync(folder, { recursive: true })
})

const place = (allowLocalTargets = true) => ({
  endpoint: `http://127.0.0.1:${port}`,
  bucket: 'films',
  region: 'us-east-1',
  allowLocalTargets,
  bytesPerSecond: undefined,
})

function recorded(name: string, sizeBytes: number, id = 1) {
  const path = join(folder, name)
  if (!existsSync(path)) writeFileSync(path, randomBytes(sizeBytes))
  return { id, name, path, sizeBytes }
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** What the server has stored under a key. */
function inCloud(key: string): Buffer {
  return readFileSync(join(folder, 's3/films', `${key}._S3rver_object`))
}

function cloud(
  rows: (ReturnType<typeof recorded> & { isOpen?: boolean })[],
  allowLocalTargets = true,
  change: object = {},
) {
  const notes: string[] = []
  const made = new Cloud({
    place: { ...place(allowLocalTargets), ...change },
    serial: 'S1',
    gate: new WeeklyGate(() => toLocal(UTC, 0)),
    memory: store.settings,
    progress: store.cloud,
    recordings: {
      closedAfter: (id) => rows.filter((row) => row.id > id && !row.isOpen),
      firstOpen: () => rows.find((row) => row.isOpen)?.id,
      isKnown: (name) => rows.some((row) => row.name === name),
    },
    nowMs: () => 5000,
    timers: manualTime(),
    note: ({ detail }) => notes.push(detail),
    log: silentLog,
  })
  return { made, notes }
}

/** With an account that logged in before the start. */
function loggedIn(...args: Parameters<typeof cloud>) {
  store.settings.save({ 'cloud.account': { ...ACCOUNT, sinceMs: 1 } })
  return cloud(...args)
}

test('log in really tries, and what fails changes nothing', async () => {
  const { made } = cloud([])
  await assert.rejects(
    made.logIn({ ...ACCOUNT, userName: 'WRONG' }, BY),
    (error) => error instanceof CameraError && error.kind === 'login-failed',
  )
  assert.deepEqual([made.state().isLoggedIn, made.state().userName], [false, ''])
  assert.match(made.state().detail, /InvalidAccessKeyId/)
  await made.logIn(ACCOUNT, BY)
  assert.deepEqual(made.state(), {
    detail: 'logged in',
    failure: undefined,
    isLoggedIn: true,
    userName: 'S3RVER',
    sinceMs: 5000,
  })
  made.logOut(BY)
  assert.equal(made.state().isLoggedIn, false)
  const local = cloud([], false).made
  await assert.rejects(local.logIn(ACCOUNT, BY), /allow-local-targets/)
})

test('a wrong secret key is no login, and one that became wrong is told', async () => {
  const gate = await startS3Gate({ accessKey: 'KEY', secretKey: 'right/+=', behind: port })
  const rows = [recorded('signed ü.mp4', PART_BYTES + 1000)]
  const { made, notes } = cloud(rows, true, { endpoint: gate.endpoint })
  made.configure(ALWAYS)
  try {
    await assert.rejects(
      made.logIn({ userName: 'KEY', password: 'wrong' }, BY),
      (error) => error instanceof CameraError && error.kind === 'login-failed',
    )
    assert.deepEqual([made.state().isLoggedIn, made.state().failure], [false, 'login-failed'])
    assert.match(made.state().detail, /SignatureDoesNotMatch/)
    assert.equal(gate.passed.length, 0)
    await made.logIn({ userName: 'KEY', password: 'right/+=' }, BY)
    await made.work()
    assert.equal(made.state().detail, 'uploaded signed ü.mp4')
    assert.equal(gate.passed.filter((line) => line.includes('partNumber')).length, 2)
    // Somebody changed the key at the cloud.
    store.settings.save({ 'cloud.account': { userName: 'KEY', password: 'old', sinceMs: 1 } })
    const later = cloud([recorded('later.mp4', 100)], true, { endpoint: gate.endpoint })
    later.made.configure(ALWAYS)
    await later.made.work()
    assert.deepEqual([later.made.state().isLoggedIn, later.made.state().failure], [false, 'login-failed'])
    assert.equal(later.notes.length, 1)
    assert.doesNotMatch(JSON.stringify([notes, later.notes]), /right|old/)
    await later.made.stop()
  } finally {
    made.logOut(BY)
    await made.stop()
    gate.stop()
  }
})

test('recordings go up in their order, once, in the hours, and again after the cloud was away', async () => {
  const rows = [recorded('a.mp4', 1000), recorded('b.mp4', PART_BYTES + 5000, 2)]
  const { made, notes } = cloud(rows)
  await made.logIn(ACCOUNT, BY)
  await made.work()
  assert.equal(store.cloud.find('a.mp4'), undefined)
  made.configure(ALWAYS)
  server?.kill('SIGKILL')
  await new Promise((resolve) => server?.once('exit', resolve))
  await made.work()
  assert.match(made.state().detail, /upload: /)
  assert.equal(made.state().failure, 'connect-failed')
  await startServer()
  await made.work()
  assert.deepEqual(made.state().detail, 'uploaded b.mp4')
  for (const { name, path } of rows) {
    assert.equal(hashOf(inCloud(`S1/recordings/${name}`)), hashOf(readFileSync(path)))
    assert.equal(store.cloud.find(name)?.state, 'done')
  }
  assert.ok(notes.includes('cloud: uploads go on'), notes.join())
  rows.splice(0, 1)
  await made.work()
  assert.equal(store.cloud.find('a.mp4'), undefined)
  await made.stop()
})

test('a recording that is still being written when a later one is closed has its turn when it is closed', async () => {
  const rows = [
    { ...recorded('main.mp4', 100), isOpen: true },
    { ...recorded('sub.mp4', 100, 2), isOpen: false },
  ]
  const { made } = loggedIn(rows)
  made.configure(ALWAYS)
  await made.work()
  assert.equal(made.state().detail, 'uploaded sub.mp4')
  rows[0]!.isOpen = false
  await made.work()
  assert.equal(made.state().detail, 'uploaded main.mp4')
  await made.stop()
})

test('a recording that was deleted before its turn is told to the owner, and the next one goes up', async () => {
  const rows = [{ ...recorded('gone.mp4', 100), path: join(folder, 'nowhere') }, recorded('next.mp4', 100, 2)]
  const { made, notes } = loggedIn(rows)
  made.configure(ALWAYS)
  await made.work()
  assert.ok(notes.includes('cloud: gone.mp4 was deleted before it was uploaded'), notes.join())
  assert.equal(made.state().detail, 'uploaded next.mp4')
  await made.stop()
})

test('a picture that cannot be uploaded is what the last operation came to', async () => {
  const { made } = loggedIn([], true, { bucket: 'nobody-made-it' })
  await assert.rejects(made.putPicture('a.jpg', new Uint8Array(3), AbortSignal.timeout(5000)), CameraError)
  assert.match(made.state().detail, /NoSuchBucket/)
  assert.equal(made.state().failure, 'not-exist')
  await made.stop()
})

test('an upload that broke off goes on with the next part, and a finished one is not sent again', async () => {
  const row = recorded('c.mp4', 2 * PART_BYTES + 100)
  const counted: number[] = []
  class Counting extends Bucket {
    override putPart(key: string, id: string, number: number, body: Uint8Array): Promise<string> {
      counted.push(number)
      if (counted.length === 2) return Promise.reject(new Error('the power is gone'))
      return super.putPart(key, id, number, body)
    }
  }
  const bucket = new Counting(place(), ACCOUNT, new AbortController().signal)
  await assert.rejects(upload(bucket, store.cloud, 'c', row), /the power is gone/)
  assert.equal(store.cloud.find('c.mp4')?.parts.length, 1)
  await upload(bucket, store.cloud, 'c', row)
  assert.deepEqual(counted, [1, 2, 2, 3])
  assert.equal(hashOf(inCloud('c')), hashOf(readFileSync(row.path)))
  // As if the power had gone before the end was noted.
  store.cloud.save({ name: 'c.mp4', state: 'open', uploadId: 'gone', parts: ['x'] })
  await upload(bucket, store.cloud, 'c', row)
  assert.equal(counted.length, 4)
  assert.equal(store.cloud.find('c.mp4')?.state, 'done')
})

test('a rate is kept', async () => {
  const slow = new Bucket({ ...place(), bytesPerSecond: 200_000 }, ACCOUNT, new AbortController().signal)
  const startMs = performance.now()
  await slow.put('slow', randomBytes(100_000), 'image/jpeg')
  assert.ok(performance.now() - startMs >= 450)
})
