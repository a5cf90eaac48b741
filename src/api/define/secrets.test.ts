import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Field } from './field.ts'
import { group, list } from './groups.ts'
import { flag } from './numbers.ts'
import { joinSecrets, splitSecrets } from './secrets.ts'
import { secret, text } from './texts.ts'

const name = text({ maxLen: 31 })
const password = secret({ maxLen: 31 })

const cases: readonly {
  readonly what: string
  readonly field: Field<unknown>
  readonly value: unknown
  readonly open: unknown
  readonly secret: unknown
}[] = [
  { what: 'a plain value', field: name as Field<unknown>, value: 'x', open: 'x', secret: undefined },
  {
    what: 'a group without secrets',
    field: group({ name, on: flag(0) }) as Field<unknown>,
    value: { name: 'x', on: 1 },
    open: { name: 'x', on: 1 },
    secret: undefined,
  },
  {
    what: 'secrets deep inside',
    field: group({ name, server: group({ name, key: password }), key: password }) as Field<unknown>,
    value: { name: 'x', server: { name: 'y', key: 'one' }, key: 'two' },
    open: { name: 'x', server: { name: 'y' } },
    secret: { server: { key: 'one' }, key: 'two' },
  },
  {
    what: 'a list of groups',
    field: group({ all: list(group({ name, key: password }), { max: 3 }) }) as Field<unknown>,
    value: {
      all: [
        { name: 'x', key: 'one' },
        { name: 'y', key: '' },
      ],
    },
    open: { all: [{ name: 'x' }, { name: 'y' }] },
    secret: { all: [{ key: 'one' }, { key: '' }] },
  },
  {
    what: 'a list of secrets',
    field: group({ all: list(password, { max: 3 }), name }) as Field<unknown>,
    value: { all: ['one', 'two'], name: 'x' },
    open: { name: 'x' },
    secret: { all: ['one', 'two'] },
  },
]
for (const { what, field, value, open, secret: hidden } of cases) {
  test(`${what} is taken apart and put together again`, () => {
    const split = splitSecrets(field, value)
    assert.deepEqual(split, { open, secret: hidden })
    assert.deepEqual(field.read(joinSecrets(split.open, split.secret), field.initial, 'x'), value)
  })
}

test('shapes that do not fit are left for the field to refuse', () => {
  assert.equal(joinSecrets('x', { key: 'one' }), 'x')
  assert.deepEqual(joinSecrets([1], { key: 'one' }), [1])
  assert.deepEqual(joinSecrets({ key: null }, { key: 'one' }), { key: null })
  assert.deepEqual(joinSecrets([1, 2], ['x']), [1, 2])
})
