/** The order of writes (docs/design/recordings.md), as the kernel sees it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { missing } from '../tools.ts'
import { Bench, stopBenches } from './bench.ts'

afterEach(stopBenches)

test('a head, each fragment and the tail are on the disk before what relies on them', {
  skip: missing('ffmpeg', 'strace'),
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-order-'))
  const output = join(folder, 'trace')
  const bench = new Bench({ segmentMs: 300_000 })
  await bench.feed(0)
  const calls = 'trace=openat,mkdir,write,pwrite64,fsync,fdatasync,close'
  const args = ['-f', '-qq', '-y', '-s', '24', '-e', calls, '-o', output, '-p', `${bench.recorder.writerPid}`]
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise((resolve) => strace.once('exit', resolve))
  // It is attached when the first call of the process is in its file.
  await new Promise((resolve) => setTimeout(resolve, 500))
  await bench.feed(6)
  await bench.written()
  await bench.recorder.stop()
  await ended
  const [row] = bench.rows()
  assert.equal(row?.state, 'closed')
  const lines = readFileSync(output, 'utf8').split('\n')
  const steps = lines.filter((line) => line.includes(bench.folder)).flatMap(stepOf)
  const wanted = ['mkdir', 'sync folder', 'create', 'write', 'sync', 'sync folder']
  assert.deepEqual(steps.slice(0, wanted.length), wanted)
  const rest = steps.slice(wanted.length)
  const fragments = rest.slice(0, -4)
  // Every fragment is followed by its own sync; the last one may share that of the tail.
  assert.ok(fragments.length >= 8, rest.join())
  assert.deepEqual(
    fragments.filter((_, index) => index % 2 === 0 && index < fragments.length - 1),
    Array(Math.floor(fragments.length / 2)).fill('write'),
  )
  assert.deepEqual(rest.slice(-4), ['write', 'sync', 'patch', 'sync'])
  bench.store.close()
  bench.remove()
  rmSync(folder, { recursive: true, force: true })
})

/** What a line of strace means for the file. */
function stepOf(line: string): string[] {
  if (line.includes('resumed>')) return []
  const isFile = line.includes('.mp4')
  if (/\bmkdir\(/.test(line)) return ['mkdir']
  if (/\bopenat\(/.test(line)) return line.includes('O_EXCL') ? ['create'] : []
  if (/\bfsync\(|\bfdatasync\(/.test(line)) return [isFile ? 'sync' : 'sync folder']
  if (/\bpwrite64\(/.test(line) && /mdat/.test(line) && !/moof|moov/.test(line)) return ['patch']
  if (/\bp?write(64)?\(/.test(line)) return ['write']
  return []
}
