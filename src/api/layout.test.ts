import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { API_ERRORS } from './errors.ts'
import { printAnswer, printFailure, printSuccess } from './layout.ts'

test('answers stand as the guide prints them', () => {
  const text = printAnswer([printSuccess('GetUpnp', { value: { Upnp: { enable: 1 } } })])
  assert.equal(
    text,
    `[
   {
      "cmd" : "GetUpnp",
      "code" : 0,
      "value" : {
         "Upnp" : {
            "enable" : 1
         }
      }
   }
]
`,
  )
})

test('an ended session is told by the literal text that clients search, in a short answer', () => {
  const text = printAnswer([printFailure('GetUpnp', API_ERRORS['login-required'])])
  assert.ok(text.includes('"detail" : "please login first"'))
  assert.ok(text.length < 500)
})

test('texts that look like members stay as they are', () => {
  const value = { list: ['a": 1', '"b": 2'], 'odd": ': 'c": d\n "e": f' }
  assert.deepEqual(JSON.parse(printAnswer([printSuccess('X', { value })]))[0].value, value)
})

test('nothing in an answer can open an HTML tag', () => {
  const text = printSuccess('X', { value: { name: '</script><img src=x>' } })
  assert.ok(!text.includes('<'))
  assert.equal(JSON.parse(text).value.name, '</script><img src=x>')
})

test('any value survives printing and parsing', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 3 }), (values) => {
      const text = printAnswer(values.map((value) => printSuccess('X', { value })))
      const parsed = JSON.parse(text) as { value: unknown }[]
      assert.deepEqual(
        parsed.map(({ value }) => value),
        JSON.parse(JSON.stringify(values)),
      )
    }),
  )
})
