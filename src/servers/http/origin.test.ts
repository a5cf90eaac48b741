import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { isOwnRequest } from './origin.ts'

const cases: readonly [what: string, headers: Record<string, string>, own: boolean][] = [
  ['a program on this machine', { host: '127.0.0.1:8080' }, true],
  [
    'the own page',
    { host: 'localhost:8080', origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' },
    true,
  ],
  ['an address typed by the owner', { host: '[::1]:8080', 'sec-fetch-site': 'none' }, true],
  [
    'a page of another site',
    { host: '127.0.0.1:8080', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    false,
  ],
  ['a picture in a page of another site', { host: '127.0.0.1:8080', 'sec-fetch-site': 'cross-site' }, false],
  [
    'a page of another port of this machine',
    { host: '127.0.0.1:8080', origin: 'http://127.0.0.1:9999' },
    false,
  ],
  ['a sandboxed page', { host: '127.0.0.1:8080', origin: 'null' }, false],
  ['a name that resolves to this machine', { host: 'rebound.example:8080' }, false],
  ['a name that only looks local', { host: 'localhost.evil.example' }, false],
  ['a request without a host', {}, false],
]

for (const [what, headers, own] of cases) {
  test(`${what} ${own ? 'is' : 'is not'} one's own request`, () => {
    assert.equal(isOwnRequest({ headers } as unknown as IncomingMessage), own)
  })
}
