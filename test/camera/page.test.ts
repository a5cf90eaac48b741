/** The page of a running camera in Debian's Chromium: log in, see the picture, over HTTP and HTTPS. */
import assert from 'node:assert/strict'
import { createECDH, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
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
  camera = await startCamera({
    args: ['--segment', '2', '--source', 'scene:street?light=day&every=10&for=8'],
  })
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

async function logIn(page: Page, scheme: 'http' | 'https'): Promise<void> {
  await page.goto(`${scheme}://127.0.0.1:${camera.ports[scheme]}/`)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** What a browser with a push service does; that of Chromium needs Google's. */
function pushService(): string {
  const browserKeys = createECDH('prime256v1')
  browserKeys.generateKeys()
  const keys = {
    p256dh: browserKeys.getPublicKey('base64url'),
    auth: randomBytes(16).toString('base64url'),
  }
  const subscription = JSON.stringify({ endpoint: 'https://push.invalid/1', keys })
  return `
    const subscription = Object.assign(${subscription}, { unsubscribe: async () => { window.subscription = null } })
    window.subscription = null
    Notification.requestPermission = async () => 'granted'
    PushManager.prototype.getSubscription = async () => window.subscription
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
      window.cameraKey = applicationServerKey
      return (window.subscription = subscription)
    }`
}

test('the page shows that the siren sounds, and lets a browser be told of events', {
  skip,
  timeout: 60_000,
}, async () => {
  const page = await browser.newPage()
  try {
    await page.addInitScript(pushService())
    await logIn(page, 'http')
    const siren = page.getByRole('alert').filter({ hasText: 'Siren' })
    await page.getByRole('button', { name: 'Notify this browser', exact: true }).click()
    await page.getByRole('button', { name: 'Do not notify this browser' }).waitFor()
    // An uncompressed point in base64url (RFC 8292 §3.2).
    assert.match(await page.evaluate<string>('window.cameraKey'), /^B[\w-]{86}$/)
    assert.equal(await siren.count(), 0)
    const play = (change: object) =>
      camera.one({ cmd: 'AudioAlarmPlay', param: { channel: 0, alarm_mode: 'manul', ...change } })
    assert.equal((await play({ manual_switch: 1 })).code, 0)
    await siren.waitFor()
    await play({ manual_switch: 0 })
    await siren.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Do not notify this browser' }).click()
    await page.getByRole('button', { name: 'Notify this browser', exact: true }).waitFor()
  } finally {
    await page.close()
  }
})

for (const scheme of ['http', 'https'] as const) {
  test(`the page logs in and shows the live street over ${scheme}`, { skip, timeout: 90_000 }, async () => {
    const page = await browser.newPage({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 860 } })
    try {
      await logIn(page, scheme)
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

/** Plays a file, its end if that is known; what the element says of it. */
const PLAY = `async (source) => {
  const video = Object.assign(document.createElement('video'), { muted: true, src: source })
  const wait = (name) => new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, { once: true })
    video.addEventListener('error', () => reject(new Error(video.error.message)), { once: true })
  })
  await wait('loadedmetadata')
  if (Number.isFinite(video.duration)) {
    video.currentTime = Math.max(0, video.duration - 1.5)
    await wait('seeked')
  }
  const ended = wait('ended')
  video.playbackRate = 2
  await video.play()
  await ended
  const { videoWidth: width, currentTime: seconds } = video
  return { width, seconds, pictures: video.getVideoPlaybackQuality().totalVideoFrames }
}`

interface Found {
  readonly name: string
  readonly StartTime: Readonly<Record<'year' | 'mon' | 'day' | 'hour' | 'min' | 'sec', number>>
}

async function recordings(): Promise<Found[]> {
  const StartTime = { year: 2000, mon: 1, day: 1, hour: 0, min: 0, sec: 0 }
  const EndTime = { ...StartTime, year: 2099 }
  const Search = { channel: 0, onlyStatus: 0, streamType: 'main', StartTime, EndTime }
  return (await camera.one({ cmd: 'Search', param: { Search } })).value.SearchResult.File ?? []
}

test('recordings play in the browser, complete, growing and joined', { skip, timeout: 120_000 }, async () => {
  const atLeast = async (count: number) => {
    const found = await recordings()
    return found.length >= count ? found : undefined
  }
  const before = await until('a complete file', () => atLeast(2), 30_000)
  const mainStream = { size: '1080P', frameRate: 10, bitRate: 1024 }
  const Enc = { channel: 0, audio: 1, mainStream }
  assert.equal((await camera.one({ cmd: 'SetEnc', param: { Enc } })).code, 0)
  const files = await until('two files with sound', () => atLeast(before.length + 3), 40_000)
  const login = `user=admin&password=${PASSWORD}`
  const playback = ({ name }: Found) => `/cgi-bin/api.cgi?cmd=Playback&source=${name}&${login}`
  const stampOf = ({ StartTime: { year, mon, day, hour, min, sec } }: Found) =>
    [year, mon, day, hour, min, sec].map((value) => String(value).padStart(2, '0')).join('')
  const joined = (end: string) => `/export?start=${stampOf(files[0]!)}&end=${end}&${login}`
  const page = await browser.newPage()
  try {
    await page.goto(camera.url('/'))
    for (const [source, width, leastS] of [
      [playback(files.at(-1)!), 1920, 0.3],
      [playback(files[0]!), 1280, 1.5],
      [playback(files.at(-2)!), 1920, 1.5],
      // What is complete can be had in parts; what grows only as a whole.
      [joined(stampOf(files.at(-1)!)), 1920, 5],
      [joined(`${stampOf(files[0]!).slice(0, 8)}235959`), 1920, 5],
    ] as const) {
      const seen = await page.evaluate<Record<string, number>>(`(${PLAY})(${JSON.stringify(source)})`)
      assert.ok(
        seen.seconds! >= leastS && seen.pictures! > 2 && seen.width === width,
        JSON.stringify({ source, seen }),
      )
    }
  } finally {
    await page.close()
  }
})
