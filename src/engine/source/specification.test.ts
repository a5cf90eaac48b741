import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CameraError } from '../../base/errors.ts'
import { parseSource } from './specification.ts'

const scene = (change: object) => ({
  kind: 'scene',
  everySeconds: 20,
  forSeconds: 8,
  seed: 1,
  light: 'clock',
  ...change,
})

const GOOD: readonly (readonly [string, object])[] = [
  ['scene:street', scene({})],
  [
    'scene:street?every=60&for=2.5&seed=7&light=night',
    scene({ everySeconds: 60, forSeconds: 2.5, seed: 7, light: 'night' }),
  ],
  ['scene:street?every=0', scene({ everySeconds: 0 })],
  ['file:/clips/a:b.mp4', { kind: 'file', path: '/clips/a:b.mp4' }],
  ['file:relative.mkv', { kind: 'file', path: 'relative.mkv' }],
  ['v4l2:/dev/video0', { kind: 'device', path: '/dev/video0' }],
  ['rtsp://u:p@10.0.0.2/live', { kind: 'network', protocol: 'rtsp', url: 'rtsp://u:p@10.0.0.2/live' }],
  ['rtmp://10.0.0.2/app/stream', { kind: 'network', protocol: 'rtmp', url: 'rtmp://10.0.0.2/app/stream' }],
  ['https://[::1]:8443/a.m3u8', { kind: 'network', protocol: 'http', url: 'https://[::1]:8443/a.m3u8' }],
]

const BAD: readonly (readonly [string, RegExp])[] = [
  ['', /starts with scene:/],
  ['video.mp4', /starts with scene:/],
  ['ftp://host/a', /starts with scene:/],
  ['scene:beach', /no scene "beach"/],
  ['scene:street?speed=3', /no option "speed"/],
  ['scene:street?seed=1&seed=2', /given twice/],
  ['scene:street?every=soon', /"every" must be a number/],
  ['scene:street?every=-1', /"every" must be a number/],
  ['scene:street?every=5&for=6', /"for" must not be greater/],
  ['scene:street?seed=1.5', /whole number/],
  ['scene:street?light=dusk', /clock, day, night/],
  ['file:', /needs a path/],
  ['file:/a\0b', /zero byte/],
  ['v4l2:video0', /path of a device/],
  ['rtsp:/10.0.0.2/live', /not a URL/],
  ['http://', /not a URL/],
  ['http://host/a b', /not a URL/],
]

for (const [text, expected] of GOOD) {
  test(`understands ${text}`, () => assert.deepEqual(parseSource(text), expected))
}

for (const [text, sentence] of BAD) {
  test(`refuses ${JSON.stringify(text)} with a sentence and an example`, () => {
    assert.throws(
      () => parseSource(text),
      (error) => {
        assert.ok(error instanceof CameraError)
        assert.equal(error.kind, 'bad-value')
        assert.match(error.message, sentence)
        assert.match(error.message, /for example \w/)
        return true
      },
    )
  })
}

test('does not repeat a password in the sentence', () => {
  assert.throws(
    () => parseSource('rtsp://admin:geheim@ho st/'),
    (error: Error) => !error.message.includes('geheim'),
  )
})

test('lets only CameraError escape', () => {
  const schemes = fc.constantFrom('scene:street?', 'scene:', 'file:', 'v4l2:', 'rtsp://', 'http://', '')
  fc.assert(
    fc.property(schemes, fc.string(), (scheme, rest) => {
      try {
        parseSource(scheme + rest)
      } catch (error) {
        assert.ok(error instanceof CameraError)
      }
    }),
  )
})
