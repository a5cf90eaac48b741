/** The addresses of examples/ are those of a running camera. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import { OPTIONS } from '../../src/config/schema.ts'
import { missing } from '../tools.ts'
import { type Camera, PASSWORD, ROOT, run, startCamera, until } from './kit.ts'

const FOLDER = join(ROOT, 'examples')
const files = globSync('*', { cwd: FOLDER })
const texts = new Map(files.map((file) => [file, readFileSync(join(FOLDER, file), 'utf8')]))
const addresses = [...texts].flatMap(([file, text]) =>
  [...text.matchAll(/(?:rtsp|rtmp|http):\/\/[^\s'"]*192\.168\.1\.20[^\s'"`]*/g)].map(([address]) => ({
    file,
    address,
  })),
)
/** Factory ports → those of this camera. */
const SERVICES = [
  ['http', OPTIONS.httpPort.initial],
  ['rtsp', OPTIONS.rtspPort.initial],
  ['rtmp', OPTIONS.rtmpPort.initial],
] as const

let camera: Camera
before(async () => {
  camera = await startCamera()
})
after(() => camera.stop())

/** The same address at this camera. */
function here(address: string): string {
  const url = new URL(address)
  const [name] = SERVICES.find(([, port]) => String(port) === url.port) ?? []
  assert.ok(name, `${address} names no factory port`)
  const login = url.protocol === 'rtsp:' ? `admin:${PASSWORD}@` : ''
  return `${url.protocol}//${login}127.0.0.1:${camera.ports[name]}${url.pathname}${url.search}`
}

test('the YAML files can be read, and name the factory port of ONVIF', () => {
  for (const [file, text] of texts)
    if (file.endsWith('.yaml')) assert.equal(typeof parse(text), 'object', file)
  const { cameras } = parse(texts.get('frigate.yaml')!)
  assert.equal(cameras.vedette.onvif.port, OPTIONS.onvifPort.initial)
})

test('there are addresses to be tried, in each file', () => {
  assert.deepEqual(new Set(addresses.map(({ file }) => file)), new Set(files))
})

for (const address of new Set(addresses.map((one) => one.address))) {
  test(`${address} shows a picture`, { skip: missing('ffprobe'), timeout: 60_000 }, async () => {
    const url = here(address)
    if (url.includes('cmd=Snap')) {
      assert.equal((await fetch(url)).headers.get('content-type')?.split(';')[0], 'image/jpeg')
      return
    }
    const transport = url.startsWith('rtsp:') ? ['-rtsp_transport', 'tcp'] : []
    // The head of a stream tells all; FFmpeg looks for 5 s by itself.
    const show = [
      '-analyzeduration',
      '300000',
      '-show_entries',
      'stream=codec_name',
      '-select_streams',
      'v',
      '-of',
      'csv=p=0',
    ]
    // A camera that has just begun has nothing to replay yet.
    const codec = await until('a picture', async () => {
      const { stdout } = await run('ffprobe', ['-v', 'error', ...transport, ...show, url])
      return stdout.toString().trim().split('\n')[0] || undefined
    })
    assert.equal(codec, 'h264')
  })
}
