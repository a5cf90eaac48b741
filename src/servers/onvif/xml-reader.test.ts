import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../base/errors.ts'
import { readEnvelope } from './envelope.ts'
import { NAMESPACES } from './names.ts'
import { readXml } from './xml-reader.ts'
import { escapeXml, xml } from './xml-writer.ts'

test('a name counts by its namespace, whatever prefix stands for it', () => {
  for (const text of [
    `<a:Body xmlns:a="${NAMESPACES.s}"/>`,
    `<Body xmlns="${NAMESPACES.s}"/>`,
    `<tds:Body xmlns:tds="${NAMESPACES.s}"/>`,
  ])
    assert.ok(readXml(text).is('s:Body'))
  assert.ok(!readXml('<s:Body xmlns:s="urn:other"/>').is('s:Body'))
})

test('a boolean has two words for each of its values', () => {
  const words = ['true', ' 1 ', 'false', '0', 'yes', ''].map((word) => readXml(`<a><b>${word}</b></a>`))
  assert.deepEqual(
    words.map((element) => element.booleanAt('b')),
    [true, true, false, false, undefined, undefined],
  )
})

test('a document type is refused, and with it every entity', () => {
  const bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
  assert.throws(() => readXml(bomb), ParseError)
  assert.throws(() => readXml('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'), ParseError)
  assert.throws(() => readXml('<a>&unknown;</a>'), ParseError)
  assert.equal(readXml('<a>&lt;&amp;&#65;</a>').text, '<&A')
})

test('what is too deep or too much is refused', () => {
  assert.throws(() => readXml(`${'<a>'.repeat(33)}${'</a>'.repeat(33)}`), ParseError)
  assert.throws(() => readXml(`<a>${'<b/>'.repeat(2000)}</a>`), ParseError)
})

for (const text of [
  '',
  '<a>',
  '<a></b>',
  '<p:a/>',
  '<a b="1" b="2"/>',
  'text',
  '<a/><b/>',
  '\u0000',
  '<a>\u0001</a>',
])
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => readXml(text), ParseError)
  })

test('an envelope needs a body with something in it', () => {
  const envelope = (inside: string) => `<s:Envelope xmlns:s="${NAMESPACES.s}">${inside}</s:Envelope>`
  assert.throws(() => readEnvelope(envelope('')), ParseError)
  assert.throws(() => readEnvelope(envelope('<s:Body/>')), ParseError)
  assert.throws(() => readEnvelope('<Envelope/>'), ParseError)
  const { version, request } = readEnvelope(envelope(`<s:Body><a xmlns="${NAMESPACES.tds}"/></s:Body>`))
  assert.deepEqual([version, request.is('tds:a')], ['1.2', true])
})

test('nothing but ParseError comes out, whatever goes in', () => {
  const pieces = fc.constantFrom(
    '<a>',
    '</a>',
    '<a b="c">',
    '<!DOCTYPE',
    '<![CDATA[',
    ']]>',
    '<?xml',
    '&#x110000;',
    'xmlns:p=""',
    '<p:q xmlns:p="u">',
    '<__proto__>',
    '</__proto__>',
    '\ud800',
  )
  const broken = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 30 })
  fc.assert(
    fc.property(broken, (parts) => {
      try {
        readXml(parts.join(''))
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})

test('every text that is written is read again, but for what XML cannot hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const read = readXml(xml('tt:Name', { 'xmlns:tt': 'u', value: text }, text).source)
      const expected = readXml(`<a>${escapeXml(text)}</a>`).text
      assert.equal(read.text, expected)
    }),
  )
  assert.equal(readXml(xml('tt:Name', { 'xmlns:tt': 'u' }, '<a>&"\'\u0007é😀').source).text, '<a>&"\'é😀')
})
