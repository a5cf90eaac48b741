/** The program as it is started, up to where a camera would begin. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

function start(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const main = join(import.meta.dirname, 'main.ts')
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', cwd: tmpdir(), timeout: 20_000 })
}

test('prints help and version on standard output and ends well', () => {
  const help = start('--help')
  assert.equal(help.status, 0)
  assert.match(help.stdout, /^vedette \d+\.\d+\.\d+: .*\n\nUsage: npm start -- /)
  assert.match(start('--version').stdout, /^vedette \d+\.\d+\.\d+\n$/)
})

const FAULTS: readonly [string, readonly string[], string][] = [
  ['an unknown option', ['--prot', '80'], 'There is no option --prot; see --help.\n'],
  [
    'a source that is missing',
    ['--source', 'file:/nowhere/clip.mp4'],
    'The camera has nothing to look at: the file /nowhere/clip.mp4 cannot be read: it does not exist; give another source with --source.\n',
  ],
]

for (const [name, args, sentence] of FAULTS)
  test(`answers ${name} with one sentence on standard error and exit code 2`, () => {
    const { status, stdout, stderr } = start(...args)
    assert.deepEqual({ status, stdout, stderr }, { status: 2, stdout: '', stderr: sentence })
  })
