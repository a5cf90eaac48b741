import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderHelp, renderOptions } from './render.ts'
import { environmentName, listOptions } from './schema.ts'

test('the help names every option of the command line and fits a terminal', () => {
  const help = renderHelp('1.2.3')
  for (const { name, origins } of listOptions())
    assert.equal(help.includes(`--${name} `), origins?.includes('command line') ?? true, name)
  assert.ok(help.startsWith('vedette 1.2.3'))
  assert.deepEqual(
    help.split('\n').filter((line) => line.length > 100),
    [],
  )
})

test('the reference has one row of five cells for each option', () => {
  const rows = renderOptions()
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
  const options = listOptions()
  assert.equal(rows.length, options.length)
  for (const [index, { name }] of options.entries()) {
    assert.equal(rows[index]!.split(' | ').length, 5)
    assert.ok(rows[index]!.includes(environmentName(name)))
  }
})
