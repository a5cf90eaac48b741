import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { isWebStale, startWebBuild } from './web-build.ts'

/** A project with a page, and a "Vite" that is the given program. */
function project(t: TestContext, vite: string): string {
  const root = mkdtempSync(join(tmpdir(), 'vedette-web-'))
  t.after(() => rmSync(root, { recursive: true }))
  write(root, 'node_modules/vite/bin/vite.js', vite)
  write(root, 'web/src/live/page.tsx', '')
  write(root, 'package-lock.json', '{}')
  return root
}

function write(root: string, name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}

const WORKING = `
const { writeFileSync } = require('node:fs')
writeFileSync(process.argv.at(-1) + '/index.html', 'new page')
writeFileSync(process.argv.at(-1) + '/new.js', 'new script')
`

test('a page is stale when it is missing or older than what it is made of', (t) => {
  const root = project(t, '')
  assert.equal(isWebStale(root), true)
  write(root, 'web/dist/index.html', '')
  assert.equal(isWebStale(root), false)
  const later = Date.now() / 1000 + 60
  utimesSync(join(root, 'web/src/live/page.tsx'), later, later)
  assert.equal(isWebStale(root), true)
})

test('puts a new page in the place of the old one', async (t) => {
  const root = project(t, WORKING)
  write(root, 'web/dist/index.html', 'old page')
  assert.deepEqual(await startWebBuild(root).done, { ok: true })
  assert.equal(readFileSync(join(root, 'web/dist/index.html'), 'utf8'), 'new page')
  assert.equal(readFileSync(join(root, 'web/dist/new.js'), 'utf8'), 'new script')
  assert.deepEqual(readdirSync(join(root, 'node_modules')), ['vite'])
})

test('keeps the old page and says what went wrong when a build fails', async (t) => {
  const root = project(t, 'console.error("no such component"); process.exit(3)')
  write(root, 'web/dist/index.html', 'old page')
  assert.deepEqual(await startWebBuild(root).done, { ok: false, problem: 'no such component' })
  assert.equal(readFileSync(join(root, 'web/dist/index.html'), 'utf8'), 'old page')
})

test('leaves nothing behind when it is stopped', (t) => {
  const root = project(t, 'setInterval(() => {}, 1000)')
  startWebBuild(root).stop()
  assert.deepEqual(readdirSync(join(root, 'node_modules')), ['vite'])
  assert.equal(existsSync(join(root, 'web/dist')), false)
})
