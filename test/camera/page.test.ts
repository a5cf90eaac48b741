/** The page of a running camera in Debian's Chromium: log in, see the picture, over HTTP and HTTPS. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Browser, chromium } from 'playwright-core'
import { missing, tool } from '../tools.ts'
import { type Camera, PASSWORD, ROOT, startCamera, until } from './kit.ts'

const skip = missing('chromium')
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
]
/** Where to write a picture of the page, for the README: `PAGE_PICTURE=docs/pictures/page.png`. */
const PICTURE = process.env.PAGE_PICTURE

let camera: Camera
let browser: Browser

before(async () => {
  if (skip !== false) return
  camera = await startCamera({ args: ['--source', 'scene:street?light=day&every=10&for=8'] })
  browser = await chromium.launch({ executablePath: tool('chromium'), args: FLAGS })
  // The camera builds its page after its first start.
  await until('the page', () => existsSync(join(ROOT, 'web/dist/index.html')) || undefined, 60_000)
})
after(async () => {
  await browser?.close()
  await camera?.stop()
})

/** Mean of the picture's gray values and how much they differ, from what the video element shows. */
const LOOK = `(() => {
  const video = document.querySelector('video')
  const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 })
  canvas.getContext('2d').drawImage(video, 0, 0, 64, 36)
  const { data } = canvas.getContext('2d').getImageData(0, 0, 64, 36)
  const values = [...data].filter((_, index) => index % 4 !== 3)
  return { time: video.currentTime, least: Math.min(...values), most: Math.max(...values) }
})()`

for (const scheme of ['http', 'https'] as const) {
  test(`the page logs in and shows the live street over ${scheme}`, { skip, timeout: 90_000 }, async () => {
    const page = await browser.newPage({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 860 } })
    try {
      await page.goto(`${scheme}://127.0.0.1:${camera.ports[scheme]}/`)
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await page.getByRole('button', { name: 'Log in' }).click()
      const seen = await until(
        'a moving picture',
        async () => {
          const look = await page.evaluate<{ time: number; least: number; most: number } | undefined>(
            `document.querySelector('video')?.currentTime > 2 ? ${LOOK} : undefined`,
          )
          return look ?? undefined
        },
        30_000,
      )
      assert.ok(seen.most > 180 && seen.least < 80, JSON.stringify(seen))
      if (PICTURE !== undefined && scheme === 'http') await page.screenshot({ path: join(ROOT, PICTURE) })
    } finally {
      await page.close()
    }
  })
}
