import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashOfModules } from './modules.ts'
import { compareVersions, versionIn } from './version.ts'

test('versions are ordered by their numbers, then by build', () => {
  const inOrder = ['0.1.0 5', '0.1.0 26112200', '0.1.1 1', '0.2.0 0', '0.10.0 0', '1.0.0 0'].map((text) => {
    const [version = '', build = ''] = text.split(' ')
    return { version, build }
  })
  for (const [index, one] of inOrder.entries()) {
    for (const [at, other] of inOrder.entries()) {
      assert.equal(Math.sign(compareVersions(one, other)), Math.sign(index - at))
    }
  }
})

test('only 1.2.3 with a build of digits is a version', () => {
  assert.deepEqual(versionIn({ version: '1.2.3', build: '4', other: 5 }), { version: '1.2.3', build: '4' })
  for (const wrong of [
    undefined,
    null,
    'x',
    {},
    { version: '1.2.3' },
    { version: '1.2', build: '4' },
    { version: '1.2.3-beta', build: '4' },
    { version: '1.2.3', build: 4 },
    { version: '1.2.3', build: '' },
    { version: ['1.2.3'], build: '4' },
  ]) {
    assert.equal(versionIn(wrong), undefined, JSON.stringify(wrong))
  }
})

test('the hash of modules tells what runs in a camera, whatever the order, and nothing else', () => {
  const lock = (packages: object) => hashOfModules(JSON.stringify({ packages }))
  const one = { version: '1.0.0', integrity: 'a' }
  const two = { version: '2.0.0', integrity: 'b' }
  const both = lock({ 'node_modules/one': one, 'node_modules/two': two })
  assert.equal(lock({ 'node_modules/two': two, 'node_modules/one': one }), both)
  assert.equal(lock({ '': { version: '9' }, 'node_modules/one': one, 'node_modules/two': two }), both)
  const dev = { version: '3.0.0', dev: true }
  assert.equal(lock({ 'node_modules/one': one, 'node_modules/two': two, 'node_modules/dev': dev }), both)
  assert.notEqual(lock({ 'node_modules/one': one }), both)
  assert.notEqual(lock({ 'node_modules/one': one, 'node_modules/two': { ...two, integrity: 'c' } }), both)
})
