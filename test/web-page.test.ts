/** The built page in Debian's Chromium, in front of a fake camera. */
import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import { isWebStale, startWebBuild } from '../src/web-build.ts'
import { type PageServer, startPageServer } from './fakes/page-server.ts'
import { missing, tool } from './tools.ts'

const ROOT = dirname(import.meta.dirname)
const skip = missing('chromium', 'ffmpeg')
/** Generous: the machine may be busy with other tests. */
const options = { skip, timeout: 60_000 }
/** No connections of its own to the outside; the sandbox does not work for root. */
const CHROMIUM_FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]

let browser: Browser

before(async () => {
  if (skip !== false) return
  if (isWebStale(ROOT)) assert.deepEqual(await startWebBuild(ROOT).done, { ok: true })
  browser = await chromium.launch({ executablePath: tool('chromium'), args: CHROMIUM_FLAGS })
})

after(() => browser?.close())

/** A fresh page in front of a fresh camera; the test fails at the end if the page reported an error. */
async function openPage(t: TestContext, password: string): Promise<{ page: Page; camera: PageServer }> {
  const camera = await startPageServer(password)
  const page = await browser.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text())
  })
  t.after(async () => {
    await page.close()
    await camera.close()
    assert.deepEqual(faults, [])
  })
  await page.goto(camera.url)
  return { page, camera }
}

async function logIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** Polls from outside: the page's security policy forbids waitForFunction, which needs eval. */
async function until(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate<boolean>(expression))) await setTimeout(20)
}

/** Resolves when the video has moved on by a second from where it is. */
async function watchOneSecond(page: Page): Promise<void> {
  await until(page, 'document.querySelector("video")?.currentTime > 0')
  const start = await page.evaluate<number>('document.querySelector("video").currentTime')
  await until(page, `document.querySelector("video").currentTime > ${start + 1}`)
}

/** Brightest and darkest value of a colour channel in the picture that is shown. */
const GRAB = `(() => {
  const video = document.querySelector('video')
  const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 })
  const context = canvas.getContext('2d')
  context.drawImage(video, 0, 0, 64, 36)
  const { data } = context.getImageData(0, 0, 64, 36)
  const values = data.filter((_, index) => index % 4 !== 3)
  return { least: Math.min(...values), most: Math.max(...values) }
})()`

test('says why a login failed', options, async (t) => {
  const { page } = await openPage(t, 'correct')
  await logIn(page, 'wrong')
  await page.getByText('The user name or the password is wrong.').waitFor()
})

test('plays the live picture after a login', options, async (t) => {
  const { page, camera } = await openPage(t, 'correct')
  await logIn(page, 'correct')
  await watchOneSecond(page)
  const { least, most } = await page.evaluate<{ least: number; most: number }>(GRAB)
  assert.ok(most > 200 && least < 60, `the picture has values from ${least} to ${most}`)
  await page.getByText('640 × 360').waitFor()
  assert.equal(await page.title(), 'Garden')
  await page.getByRole('img', { name: 'Power LED on' }).waitFor()
  assert.match(camera.state.streams[0]!, /^\?port=1935&app=bcs&stream=channel0_main\.bcs&token=f00d$/)
})

test('keeps close to the live edge', options, async (t) => {
  const { page } = await openPage(t, 'correct')
  await logIn(page, 'correct')
  await watchOneSecond(page)
  const delaySeconds = await page.evaluate<number>(
    '(() => { const v = document.querySelector("video"); return v.buffered.end(v.buffered.length - 1) - v.currentTime })()',
  )
  assert.ok(delaySeconds < 1.5, `${delaySeconds} s behind`)
})

test('switches the stream', options, async (t) => {
  const { page, camera } = await openPage(t, 'correct')
  await logIn(page, 'correct')
  await watchOneSecond(page)
  await page.getByText('Sub', { exact: true }).click()
  await until(page, 'document.querySelector("video").currentTime < 1')
  await watchOneSecond(page)
  assert.match(camera.state.streams[1]!, /stream=channel0_sub\.bcs/)
})

test('switches the sound on where the stream has any', options, async (t) => {
  const { page } = await openPage(t, 'correct')
  await logIn(page, 'correct')
  await page.getByRole('button', { name: 'Sound on' }).click()
  assert.equal(await page.evaluate('document.querySelector("video").muted'), false)
})

test('saves a snapshot', options, async (t) => {
  const { page } = await openPage(t, 'correct')
  await logIn(page, 'correct')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save a snapshot' }).click()
  assert.match((await download).suggestedFilename(), /^snapshot-\d{4}(-\d\d){5}\.jpg$/)
})

test('connects again when the stream breaks off', options, async (t) => {
  const { page, camera } = await openPage(t, 'correct')
  await logIn(page, 'correct')
  await watchOneSecond(page)
  camera.state.isRefusing = true
  camera.cutStreams()
  await page.getByText('No connection').waitFor()
  camera.state.isRefusing = false
  await page.getByText('Live', { exact: true }).waitFor()
  await watchOneSecond(page)
})

test('goes back to the login when the session has ended', options, async (t) => {
  const { page, camera } = await openPage(t, 'correct')
  await logIn(page, 'correct')
  await watchOneSecond(page)
  camera.state.isSessionValid = false
  camera.cutStreams()
  await page.getByText('Your session has ended. Please log in again.').waitFor()
})

test('asks for a password on the first run and goes on with it', options, async (t) => {
  const { page, camera } = await openPage(t, '')
  await logIn(page, '')
  await page.getByLabel('New password').fill('longer1')
  await page.getByLabel('Once more').fill('longer2')
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.getByText('The two passwords are not the same.').waitFor()
  await page.getByLabel('Once more').fill('longer1')
  await page.getByRole('button', { name: 'Set the password' }).click()
  await watchOneSecond(page)
  assert.equal(camera.state.password, 'longer1')
})

test('forgets the login when it is closed or left', options, async (t) => {
  const { page } = await openPage(t, 'correct')
  await logIn(page, 'correct')
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('button', { name: 'Log in' }).waitFor()
  const stored = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
  assert.ok(!stored.includes('f00d'), stored)
})
