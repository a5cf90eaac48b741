import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CameraError } from '../base/errors.ts'
import { MAX_BATCH, MAX_JSON_DEPTH, readEntries } from './envelope.ts'

const query = (values: Record<string, string> = {}) => new Map(Object.entries(values))
const commands = (body: string, values?: Record<string, string>) =>
  readEntries(body, query(values)).map(({ cmd }) => cmd)

test('an array gives its entries in order, a single object counts as an array of one', () => {
  assert.deepEqual(commands('[{"cmd":"GetOsd"},{"cmd":" GetEnc "}]'), ['GetOsd', 'GetEnc'])
  assert.deepEqual(commands('{"cmd":"GetOsd"}'), ['GetOsd'])
})

for (const body of ['', '  \r\n', '[]', '[{}]', '{}']) {
  test(`a body of ${JSON.stringify(body)} means the command of the URL`, () => {
    const [entry] = readEntries(body, query({ cmd: 'GetMdState', channel: '2', token: 'secret' }))
    assert.equal(entry?.cmd, 'GetMdState')
    assert.equal(entry.action, 0)
    assert.equal(entry.member('channel'), 2)
    assert.equal(entry.member('token'), undefined)
  })
}

test('the body decides, whatever the URL says', () => {
  assert.deepEqual(commands('[{"cmd":"GetHddInfo"}]', { cmd: 'Login' }), ['GetHddInfo'])
})

test('a lone entry without a command takes the one of the URL', () => {
  assert.deepEqual(commands('[{"param":{"channel":0}}]', { cmd: 'GetOsd' }), ['GetOsd'])
  assert.deepEqual(commands('[{"param":{}},{"cmd":"GetOsd"}]', { cmd: 'GetOsd' }), ['', 'GetOsd'])
})

test('commas before a closing brace or bracket are forgiven, also beside texts that hold such', () => {
  const [entry] = readEntries('[{"cmd":"SetOsd","param":{"name":"a,} b",},},]', query())
  assert.equal(entry?.member('name'), 'a,} b')
})

test('a parameter is found under param, beside cmd, in any case, and param wins', () => {
  const [entry] = readEntries('[{"cmd":"X","Ntp":{"a":1},"param":{" NTP ":{"a":2}},"op":"Left"}]', query())
  assert.deepEqual(entry?.member('Ntp'), { a: 2 })
  assert.equal(entry?.member('OP'), 'Left')
})

for (const [where, body] of Object.entries({
  param: '{"cmd":"X","param":{"channel":3}}',
  'the section': '{"cmd":"X","param":{"Rec":{"channel":"3"}}}',
  'the schedule': '{"cmd":"X","param":{"Rec":{"schedule":{"channel":3}}}}',
})) {
  test(`the channel is found in ${where}`, () => {
    assert.equal(readEntries(body, query())[0]?.channel('Rec'), 3)
  })
}

test('no channel and an unfilled template mean channel 0, other words are refused', () => {
  assert.equal(readEntries('{"cmd":"X"}', query())[0]?.channel('Enc'), 0)
  assert.equal(
    readEntries('{"cmd":"X","param":{"Enc":{"channel":"_ChnNum"}}}', query())[0]?.channel('Enc'),
    0,
  )
  assert.throws(
    () => readEntries('{"cmd":"X","param":{"channel":"x"}}', query())[0]?.channel('Enc'),
    CameraError,
  )
})

const refused = (body: string) =>
  assert.throws(
    () => readEntries(body, query()),
    (error) => error instanceof CameraError && error.kind === 'protocol',
  )

test('a body that is not JSON, or neither array nor object, is refused', () => {
  for (const body of ['{', 'x', '7', 'null', '"text"', '[{]']) refused(body)
})

test('depth and batch have their limits', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  readEntries(nested(MAX_JSON_DEPTH), query())
  refused(nested(MAX_JSON_DEPTH + 1))
  refused(`["\\\\","\\"[",${nested(MAX_JSON_DEPTH)}]`)
  readEntries(`["${'['.repeat(100)}"]`, query())
  readEntries(`[${Array(MAX_BATCH).fill('{"cmd":"X"}').join()}]`, query())
  refused(
    `[${Array(MAX_BATCH + 1)
      .fill('{"cmd":"X"}')
      .join()}]`,
  )
})

test('any text gives entries or a plain refusal', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `[${json},]`),
  )
  fc.assert(
    fc.property(text, fc.string(), (body, cmd) => {
      try {
        for (const entry of readEntries(body, query({ cmd }))) {
          assert.equal(typeof entry.cmd, 'string')
          entry.member('User')
          entry.parameters()
        }
      } catch (error) {
        assert.ok(error instanceof CameraError && error.kind === 'protocol')
      }
    }),
    { numRuns: 1000 },
  )
})

for (const [what, piece] of Object.entries({
  quotes: '\\"',
  commas: ',',
  blanks: ', ',
  'open lists': '[',
  texts: '"a",',
})) {
  test(`a body full of ${what} costs time in proportion to its size`, () => {
    // Of the processor, in microseconds: other processes may have it meanwhile.
    const cost = (bytes: number) => {
      const body = `[{"cmd":"${piece.repeat(bytes / piece.length)}\\`
      const started = process.cpuUsage()
      for (let round = 0; round < 3; round += 1) refused(body)
      const { user, system } = process.cpuUsage(started)
      return user + system
    }
    cost(8 * 1024)
    // Sixteen times the size would cost 256 times the time if it were squared.
    assert.ok(cost(256 * 1024) < 50 * Math.max(cost(16 * 1024), 1000))
  })
}
