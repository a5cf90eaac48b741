/** Archives that a signer should never make, and those they should. */
import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { CameraError } from '../base/errors.ts'
import { archiveOf, type TestEntry } from './test-package.ts'
import { unpack } from './unpack.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-unpack-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let count = 0

/** Unpacks into a folder of its own, two levels below one that must stay as it is. */
async function unpackBytes(archive: Buffer, maxBytes = 10_000): Promise<string> {
  count += 1
  const place = join(folder, String(count))
  mkdirSync(join(place, 'outer'), { recursive: true })
  const file = join(place, 'archive')
  writeFileSync(file, archive)
  const target = join(place, 'outer/target')
  try {
    await unpack(file, target, maxBytes)
  } finally {
    assert.deepEqual(readdirSync(place).sort(), ['archive', 'outer'])
    assert.deepEqual(readdirSync(join(place, 'outer')), existsSync(target) ? ['target'] : [])
  }
  return target
}

const refused = (error: unknown) => error instanceof CameraError && error.kind === 'check-failed'

test('files and folders arrive with their contents, for the owner alone', async () => {
  const target = await unpackBytes(
    await archiveOf([
      { name: 'empty/', type: 'directory' },
      { name: 'a/b/c.ts', content: 'export {}' },
      { name: 'a/run', content: '#!', mode: 0o755 },
      { name: 'a/ж.txt', content: '' },
    ]),
  )
  assert.equal(readFileSync(join(target, 'a/b/c.ts'), 'utf8'), 'export {}')
  assert.deepEqual(readdirSync(target).sort(), ['a', 'empty'])
  assert.equal(statSync(join(target, 'a/b/c.ts')).mode & 0o777, 0o600)
  assert.equal(statSync(join(target, 'a/run')).mode & 0o777, 0o700)
  assert.equal(readFileSync(join(target, 'a/ж.txt'), 'utf8'), '')
})

const plain = { name: 'a', content: 'x' }
const HOSTILE: readonly [string, readonly TestEntry[]][] = [
  ['a path out of the folder', [{ name: '../x', content: 'x' }]],
  ['a path out of it further on', [plain, { name: 'b/../../x', content: 'x' }]],
  ['an absolute path', [{ name: '/tmp/x', content: 'x' }]],
  ['a path with a dot', [{ name: './x', content: 'x' }]],
  ['a path with an empty part', [{ name: 'b//x', content: 'x' }]],
  ['a path with a backslash', [{ name: '..\\x', content: 'x' }]],
  ['a path with a line break', [{ name: 'x\ny', content: 'x' }]],
  ['a path that is too long', [{ name: `${'d/'.repeat(250)}x`, content: 'x' }]],
  ['a name that is too long', [{ name: 'n'.repeat(300), content: 'x' }]],
  ['a symbolic link', [{ name: 'l', type: 'symlink', linkname: '/etc' }]],
  [
    'a link to a folder and a file below it',
    [
      { name: 'l', type: 'symlink', linkname: '..' },
      { name: 'l/x', content: 'x' },
    ],
  ],
  ['a hard link', [plain, { name: 'l', type: 'link', linkname: 'a' }]],
  ['a device', [{ name: 'd', type: 'character-device', devmajor: 1, devminor: 3 }]],
  ['a pipe', [{ name: 'p', type: 'fifo' }]],
  ['a file twice', [plain, plain]],
  ['a file for a folder', [plain, { name: 'a/b', content: 'x' }]],
  ['more bytes than announced', [{ name: 'b', content: Buffer.alloc(10_001) }]],
  [
    'more bytes than announced in all',
    Array.from({ length: 11 }, (_, index) => ({ name: `f${index}`, content: Buffer.alloc(1000) })),
  ],
]
for (const [what, entries] of HOSTILE) {
  test(`an archive with ${what} is refused and leaves nothing outside`, async () => {
    await assert.rejects(unpackBytes(await archiveOf(entries)), refused)
  })
}

test('an archive of too many files is refused', async () => {
  const entries = Array.from({ length: 50_001 }, (_, index) => ({
    name: `${index}/`,
    type: 'directory' as const,
  }))
  // Folders would be made one by one: the refusal comes with the last.
  const archive = await archiveOf(entries.map((entry) => ({ ...entry, name: 'd/' })))
  await assert.rejects(unpackBytes(archive), refused)
})

test('what is no archive, or only half of one, is refused', async () => {
  const whole = await archiveOf([{ name: 'a', content: Buffer.alloc(5000, 'abc') }])
  const halfTar = gzipSync(Buffer.alloc(700, 1))
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('no archive'),
    whole.subarray(0, whole.length / 2),
    halfTar,
  ]) {
    await assert.rejects(unpackBytes(bytes), refused)
  }
})
