import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CameraError, type ErrorKind } from '../../base/errors.ts'
import { choice } from './choice.ts'
import { type Field, optional, withDefault } from './field.ts'
import { group, list, timeOfDay } from './groups.ts'
import { flag, integer, port } from './numbers.ts'
import { motionScope, WEEK_HOURS, weeklySchedule } from './tables.ts'
import { address, hostname, SECRET_MASK, secret, text } from './texts.ts'

const kinds: Readonly<Record<string, Field<unknown>>> = {
  flag: flag(0),
  integer: integer({ min: 1, max: 50, initial: 10 }),
  port: port(80),
  choice: choice(['Auto', 'Off', 'On'], { initial: 'Auto' }),
  'choice of numbers': choice([30, 15, 7], { initial: 15 }),
  text: text({ maxLen: 31, minLen: 1, initial: 'Camera1' }),
  hostname: hostname({ maxLen: 127, initial: 'pool.ntp.org' }),
  address: address({ initial: '8.8.8.8' }),
  secret: secret({ maxLen: 31 }),
  'weekly schedule': weeklySchedule('1'),
  'motion scope': motionScope(),
  'time of day': timeOfDay(2, 0),
  list: list(flag(0), { max: 4 }),
  group: group({ inner: group({ on: flag(1), count: integer({ min: 0, max: 9, initial: 3 }) }) }),
}

function refusalOf(read: () => unknown): ErrorKind {
  try {
    read()
  } catch (error) {
    if (error instanceof CameraError) return error.kind
    throw error
  }
  throw new Error('the value was taken')
}

for (const [name, field] of Object.entries(kinds)) {
  test(`${name}: its good samples are taken and its bad ones refused as it says`, () => {
    const { good, bad } = field.samples()
    assert.ok(bad.length > 0)
    for (const input of good) field.read(input, field.initial, name)
    for (const { input, kind } of bad) {
      assert.equal(
        refusalOf(() => field.read(input, field.initial, name)),
        kind,
        JSON.stringify(input).slice(0, 80),
      )
    }
  })

  test(`${name}: left out, it keeps the current value`, () => {
    assert.deepEqual(field.read(undefined, field.initial, name), field.initial)
  })

  test(`${name}: what was read can be stored and read again`, () => {
    for (const input of field.samples().good) {
      const value = field.read(input, field.initial, name)
      assert.deepEqual(field.read(JSON.parse(JSON.stringify(value)), field.initial, name), value)
    }
  })

  test(`${name}: no JSON value makes it fail in an unforeseen way`, () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        try {
          field.read(input, field.initial, name)
        } catch (error) {
          assert.ok(error instanceof CameraError)
        }
      }),
      { numRuns: 300 },
    )
  })
}

test('a number may arrive as decimal text and a switch as true or false', () => {
  assert.equal(integer({ min: 0, max: 9, initial: 0 }).read('7', 0, 'n'), 7)
  assert.equal(flag(0).read(true, 0, 'f'), 1)
  assert.equal(flag(0).read('1', 0, 'f'), 1)
})

test('a choice is taken in any case and stored as the list spells it', () => {
  assert.equal(choice(['Dyndns'], { initial: 'Dyndns' }).read(' dyndns', undefined, 'type'), 'Dyndns')
})

test('a choice takes the other spellings it knows', () => {
  const size = choice(['720P'], { initial: '720P', aliases: { '1280*720': '720P' } })
  assert.equal(size.read('1280*720', '720P', 'size'), '720P')
})

test('a text is counted in characters as people see them', () => {
  assert.equal(text({ maxLen: 2 }).read('😀😀', '', 't'), '😀😀')
  assert.equal(
    refusalOf(() => text({ maxLen: 2 }).read('abc', '', 't')),
    'too-long',
  )
})

for (const input of ['8.8.8.8;touch F', '1.1.1.1\n', '999.1.1.1', 'localhost', '0x7f000001', '1.2.3']) {
  test(`an address is never ${JSON.stringify(input)}`, () => {
    assert.ok(refusalOf(() => address().read(input, '', 'dns1')) !== 'internal')
  })
}

for (const input of [';touch F', '$(touch F)', '`id`', 'a|b', "'; #", 'a\r\nb', '-rf', 'a..b', '1.2.3']) {
  test(`a host name is never ${JSON.stringify(input)}`, () => {
    assert.equal(
      refusalOf(() => hostname({ maxLen: 127 }).read(input, '', 'domain')),
      'bad-value',
    )
  })
}

test('a secret is never shown, and the mask keeps what is stored', () => {
  const field = secret({ maxLen: 31 })
  assert.equal(field.show('geheim'), SECRET_MASK)
  assert.equal(field.show(''), '')
  assert.equal(field.read(SECRET_MASK, 'geheim', 'password'), 'geheim')
  assert.equal(field.read('neu', 'geheim', 'password'), 'neu')
})

test('a schedule that is too short replaces the first hours', () => {
  const field = weeklySchedule('1')
  assert.equal(field.read('00', undefined, 'table'), `00${'1'.repeat(WEEK_HOURS - 2)}`)
})

test('a schedule that is no table of 0 and 1 changes nothing', () => {
  const field = weeklySchedule('0')
  for (const input of ['table', 0, null, ''])
    assert.equal(field.read(input, undefined, 'table'), field.initial)
})

test('a group merges, ignores unknown members and matches names in any case', () => {
  const field = group({ enable: flag(1), count: integer({ min: 0, max: 9, initial: 3 }) })
  assert.deepEqual(field.read({ ' Enable ': 0, more: 5 }, { enable: 1, count: 4 }, 'g'), {
    enable: 0,
    count: 4,
  })
})

test('a missing member is reported before a bad one', () => {
  const field = group({ level: choice(['a'], { initial: 'a' }), name: text({ maxLen: 3 }) })
  assert.equal(
    refusalOf(() => field.read({ level: 'b' }, undefined, 'g')),
    'missing',
  )
})

test('an optional member may be absent, one with a default takes it', () => {
  const field = group({
    width: optional(integer({ min: 1, max: 9, initial: 1 })),
    type: withDefault(text({ maxLen: 4 }), 'main'),
  })
  assert.deepEqual(field.read({}, undefined, 'g'), { width: undefined, type: 'main' })
  assert.equal(
    refusalOf(() => field.read({ width: 'x' }, undefined, 'g')),
    'bad-value',
  )
})

test('a list is replaced as a whole', () => {
  const field = list(integer({ min: 0, max: 9, initial: 0 }), { max: 3 })
  assert.deepEqual(field.read([1], [7, 8, 9], 'l'), [1])
})
