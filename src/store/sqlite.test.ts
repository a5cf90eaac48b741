import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSoundSqlite } from './sqlite.ts'

const versions: Readonly<Record<string, boolean>> = {
  '3.44.5': false,
  '3.44.6': true,
  '3.45.0': false,
  '3.50.6': false,
  '3.50.7': true,
  '3.51.2': false,
  '3.51.3': true,
  '3.53.4': true,
  '4.0.0': true,
}
for (const [version, isSound] of Object.entries(versions)) {
  test(`SQLite ${version} is ${isSound ? 'sound' : 'worth a warning'}`, () => {
    assert.equal(isSoundSqlite(version), isSound)
  })
}
