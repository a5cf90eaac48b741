/**
 * kill -9 of the whole camera while it uploads, round after round: is anything in the cloud twice, or left out?
 *
 *     node bench/cloud-kill.ts [ROUNDS]
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Camera, killAll, startCamera, until } from '../test/camera/kit.ts'
import { startS3Gate } from '../test/fakes/s3-gate.ts'
import { freePorts } from '../test/free-ports.ts'

const rounds = Number(process.argv[2] ?? 6)
const folder = mkdtempSync(join(tmpdir(), 'vedette-cloud-kill-'))
const ALWAYS = { enable: 1, table: '1'.repeat(168) }
const ACCOUNT = { sign: 1, userName: 'KEY', password: 'secret' }

async function startStorage(port: number): Promise<ChildProcess> {
  const bin = join(dirname(createRequire(import.meta.url).resolve('s3rver/package.json')), 'bin/s3rver.js')
  mkdirSync(join(folder, 's3'))
  const args = ['-p', `${port}`, '-a', '127.0.0.1', '-d', join(folder, 's3'), '--configure-bucket', 'films']
  const storage = spawn(process.execPath, [bin, ...args], { stdio: 'ignore' })
  await until('the storage', () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true as const,
      () => undefined,
    ),
  )
  return storage
}

/** Names in the index of a camera that is not running. */
function recordings(): string[] {
  const index = new DatabaseSync(join(dataDir, 'recordings.db'), { timeout: 5000 })
  try {
    return index
      .prepare('select name from recording order by id')
      .all()
      .map(({ name }) => String(name))
  } finally {
    index.close()
  }
}

const [port = 0] = await freePorts(1)
const storage = await startStorage(port)
const gate = await startS3Gate({ accessKey: 'KEY', secretKey: 'secret', behind: port })
const dataDir = join(folder, 'data')
mkdirSync(dataDir)
const cloud = ['--cloud-endpoint', gate.endpoint, '--cloud-bucket', 'films', '--allow-local-targets', 'yes']
const records = ['--segment', '3', '--source', 'scene:street?every=4&for=3&light=day']
const start = (rate: number): Promise<Camera> =>
  startCamera({ dataDir, args: [...records, ...cloud, '--cloud-rate', `${rate}`] })
try {
  for (let round = 0; round < rounds; round += 1) {
    // So slow that a kill meets an upload.
    const camera = await start(1200)
    if (round === 0) {
      await camera.one({ cmd: 'SetCloud', param: { Cloud: ACCOUNT } })
      await camera.one({ cmd: 'SetCloudSchedule', param: { Cloud: { schedule: ALWAYS } } })
    }
    await new Promise((resolve) => setTimeout(resolve, 5000 + 700 * round))
    await killAll(camera)
    const broken = gate.broken()
    console.log(`round ${round}: ${gate.passed.length} requests, ${broken} broken off so far`)
  }
  // All that was made before the last start, also what a kill cut off.
  const before = recordings()
  const camera = await start(1_000_000)
  await new Promise((resolve) => setTimeout(resolve, 14_000))
  await killAll(camera)
  const puts = gate.passed.filter((line) => line.startsWith('PUT') && line.includes('/recordings/'))
  // A kill in the first moment of a recording leaves nothing of it: the last start forgets it.
  const kept = new Set(recordings())
  const names = before.filter((name) => kept.has(name))
  const twice = puts.filter((line, at) => puts.indexOf(line) !== at)
  const absent = names.filter((name) => !puts.some((line) => line.endsWith(`/${name}`)))
  console.log(
    `${names.length} recordings, ${before.length - names.length} without a picture, ${puts.length} uploads, twice ${twice.length}, absent ${absent.length}`,
  )
  assert.deepEqual([twice, absent], [[], []])
} finally {
  gate.stop()
  storage.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
