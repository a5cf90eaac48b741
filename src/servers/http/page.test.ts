import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createPage } from './page.ts'

async function setUp(context: TestContext) {
  const parent = mkdtempSync(join(tmpdir(), 'vedette-page-'))
  const folder = join(parent, 'dist')
  writeFileSync(join(parent, 'secret.js'), 'secret')
  const server = createServer(createPage(folder)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  context.after(() => {
    server.closeAllConnections()
    server.close()
    rmSync(parent, { recursive: true, force: true })
  })
  const { port } = server.address() as AddressInfo
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init)
  const build = (script: string) => {
    mkdirSync(join(folder, 'assets'), { recursive: true })
    writeFileSync(join(folder, 'assets/app.js'), script)
    writeFileSync(join(folder, 'notes.txt'), 'not for the web')
    writeFileSync(join(folder, 'index.html'), '<title>page</title>')
  }
  return { folder, get, build }
}

test('before the first build there is a page that says so, and nothing else', async (context) => {
  const { get, build } = await setUp(context)
  const first = await get('/')
  assert.equal(first.status, 200)
  assert.match(await first.text(), /being prepared/)
  assert.equal((await get('/assets/app.js')).status, 404)
  build('one()')
  assert.match(await (await get('/')).text(), /<title>page/)
})

test('a built page is served whole, by its kind, with the policy', async (context) => {
  const { get, build } = await setUp(context)
  build('one()')
  await get('/')
  const script = await get('/assets/app.js')
  assert.equal(await script.text(), 'one()')
  assert.match(script.headers.get('content-type')!, /^text\/javascript/)
  assert.match(script.headers.get('cache-control')!, /immutable/)
  assert.match(script.headers.get('content-security-policy')!, /default-src 'self'/)
  const etag = script.headers.get('etag')!
  assert.equal((await get('/assets/app.js', { headers: { 'If-None-Match': etag } })).status, 304)
})

for (const path of [
  '/notes.txt',
  '/../secret.js',
  '/%2e%2e/secret.js',
  '/assets',
  '/assets/',
  '//index.html',
]) {
  test(`${path} is not served`, async (context) => {
    const { get, build } = await setUp(context)
    build('one()')
    await get('/')
    assert.equal((await get(path)).status, 404)
  })
}

test('a folder that is emptied while it is served harms nobody, and the next build takes over', async (context) => {
  const { folder, get, build } = await setUp(context)
  build('one()')
  await get('/')
  rmSync(folder, { recursive: true })
  assert.equal(await (await get('/assets/app.js')).text(), 'one()')
  assert.equal((await get('/')).status, 200)
  // A later time than that of the first build, which the clock of a file system may not tell apart.
  await new Promise((resolve) => setTimeout(resolve, 20))
  build('two()')
  await get('/')
  assert.equal(await (await get('/assets/app.js')).text(), 'two()')
})
