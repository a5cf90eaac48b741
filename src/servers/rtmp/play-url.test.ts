import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePlayUrl } from './play-url.ts'

/** tcUrl, app, play name, and what is asked for with which credentials. */
const CASES: readonly (readonly [string, string, string, string])[] = [
  ['rtmp://h/bcs', 'bcs', 'channel0_main.bcs?channel=0&stream=0&user=a&password=b', 'main a b'],
  ['rtmp://h/bcs', '/bcs/', '/channel0_sub.bcs?token=t', 'sub t'],
  ['rtmp://h/bcs', 'bcs?token=t', 'channel0_ext.bcs', 'ext t'],
  ['rtmp://h/bcs?user=a&password=b', 'bcs', 'channel0_main.bcs', 'main a b'],
  ['rtmp://h/bcs?token=1', 'bcs?token=2', 'channel0_main.bcs?token=3', 'main 3'],
  ['rtmp://h/bcs', 'bcs/channel0_main.bcs?user=a&password=b', 'c', 'main a b/c'],
  ['rtmp://h/bcs', 'bcs/channel0_main.bcs?token=t', '', 'main t'],
  ['rtmp://h/bcs', 'bcs', 'channel0_1.bcs?user=a&password=b?c', 'sub a b?c'],
  ['rtmp://h/live', 'live', 'channel0_main.bcs?token=t', 'none t'],
  ['', '', '', 'none'],
]

for (const [tcUrl, app, name, expected] of CASES) {
  test(`finds "${expected}" in app "${app}" and name "${name}" of ${tcUrl || 'no URL'}`, () => {
    const { credentials, request } = parsePlayUrl(tcUrl, app, name)
    const words = [request?.name ?? 'none', credentials.token, credentials.user, credentials.passwords?.[0]]
    assert.equal(words.filter((word) => word !== undefined).join(' '), expected)
  })
}

test('a name full of slashes takes no squared time', () => {
  const started = performance.now()
  parsePlayUrl('', 'bcs', `a${'/'.repeat(64_000)}b`)
  assert.ok(performance.now() - started < 1000)
})
