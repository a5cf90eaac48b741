import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { CameraError } from '../base/errors.ts'
import { MIGRATIONS, migrate, SCHEMA, versionOf } from './migrations.ts'

/** The tables of a database, without comments and layout. */
function tablesOf(db: DatabaseSync): string[] {
  const rows = db.prepare('select sql from sqlite_schema where sql is not null order by name').all()
  return rows.map(({ sql }) => String(sql).replaceAll(/--.*$/gm, '').replaceAll(/\s+/g, ' '))
}

const refused = (error: unknown) => error instanceof CameraError && error.kind === 'set-failed'

test('every older schema, migrated, is the schema of a new database', () => {
  const fresh = new DatabaseSync(':memory:')
  fresh.exec(SCHEMA)
  assert.ok(tablesOf(fresh).length > 3)
  const old = new DatabaseSync(':memory:')
  for (const step of MIGRATIONS) old.exec(step)
  assert.deepEqual(tablesOf(old), tablesOf(fresh))
})

test('a database of the first version keeps its rows on the way to the present', () => {
  const db = new DatabaseSync(':memory:')
  db.exec(`${MIGRATIONS[0]}; pragma user_version = 1; pragma application_id = 0x56454454`)
  db.exec(`insert into setting values ('key', '7')`)
  migrate(db)
  assert.equal(versionOf(db), MIGRATIONS.length)
  assert.equal(db.prepare('select value from setting').get()?.value, '7')
  assert.deepEqual(db.prepare('select * from known_login').all(), [])
})

test('steps run in order, from the version of the database', () => {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  const more = [...MIGRATIONS, 'create table later (x)', 'alter table later add column y']
  migrate(db, more)
  migrate(db, more)
  assert.equal(versionOf(db, more), more.length)
  db.prepare('select y from later').all()
})

test('a step that fails leaves the database as it was', () => {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  const before = tablesOf(db)
  assert.throws(() => migrate(db, [...MIGRATIONS, 'create table half (x); nonsense']))
  assert.equal(versionOf(db), MIGRATIONS.length)
  assert.deepEqual(tablesOf(db), before)
})

test('the database of a newer version or of another program is refused', () => {
  const newer = new DatabaseSync(':memory:')
  migrate(newer)
  newer.exec('pragma user_version = 99')
  assert.throws(() => versionOf(newer), refused)
  const others = new DatabaseSync(':memory:')
  others.exec('create table mine (x)')
  assert.throws(() => migrate(others), refused)
  assert.equal(tablesOf(others).length, 1)
})
