import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CameraError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { group } from './define/groups.ts'
import { integer } from './define/numbers.ts'
import { setting } from './define/setting.ts'
import type { Parts } from './parts.ts'
import { type Place, Settings } from './settings.ts'

/** Three settings of one number each; `fail` names a value that cannot be applied. */
function setUp({ fail, storeFails = false }: { fail?: number; storeFails?: boolean } = {}) {
  const effects: string[] = []
  const stored = new Map<string, unknown>()
  const saves: unknown[] = []
  const all = ['One', 'Two', 'Three'].map((name) =>
    setting(name, {
      guide: ['0', '0'],
      summary: '',
      ability: { key: 'enc' },
      fields: group({ number: integer({ min: 0, max: 99, initial: 0 }) }),
      check: ({ number }) => {
        if (number === 13) throw new CameraError('bad-value', 'not 13')
      },
      apply: async ({ number }) => {
        await Promise.resolve()
        effects.push(`${name} ${number}`)
        if (number === fail) throw new Error('it cannot be done')
      },
    }),
  )
  const store = {
    load: (key: string) => stored.get(key),
    save: (changes: Readonly<Record<string, unknown>>) => {
      if (storeFails) throw new CameraError('write-failed', 'the disk is full')
      saves.push(changes)
      for (const [key, value] of Object.entries(changes)) stored.set(key, value)
    },
  }
  const settings = new Settings({ settings: all, channels: 1, store, log: silentLog })
  const values = () => settings.all().map(({ key, value }) => [key, (value as { number: number }).number])
  const read =
    (wanted: Readonly<Record<string, number>>) =>
    ({ key, setting: { fields }, value }: Place) =>
      key in wanted ? (fields.read({ number: wanted[key] }, value, key) as object) : undefined
  return { settings, effects, saves, values, read }
}

async function started(options: Parameters<typeof setUp>[0] = {}) {
  const kit = setUp(options)
  await kit.settings.applyAll({ deviceLog: { write: () => undefined } } as unknown as Parts)
  kit.effects.length = 0
  return kit
}

const FACTORY = [
  ['One', 0],
  ['Two', 0],
  ['Three', 0],
]

test('all values are replaced in order and stored at once; what is not named is as it came', async () => {
  const { settings, effects, saves, values, read } = await started()
  await settings.replaceAll(read({ Three: 3, One: 1 }))
  assert.deepEqual(effects, ['One 1', 'Three 3'])
  assert.deepEqual(saves, [{ One: { number: 1 }, Two: undefined, Three: { number: 3 } }])
  await settings.replaceAll(read({ Two: 2, Three: 3 }))
  assert.deepEqual(effects.slice(2), ['One 0', 'Two 2'])
  assert.deepEqual(values(), [
    ['One', 0],
    ['Two', 2],
    ['Three', 3],
  ])
})

test('if the third cannot be applied the former values are applied again and nothing is stored', async () => {
  const { settings, effects, saves, values, read } = await started({ fail: 3 })
  await assert.rejects(
    settings.replaceAll(read({ One: 1, Two: 2, Three: 3 })),
    (error) => error instanceof CameraError && error.kind === 'set-failed',
  )
  assert.deepEqual(effects, ['One 1', 'Two 2', 'Three 3', 'One 0', 'Two 0', 'Three 0'])
  assert.deepEqual(saves, [])
  assert.deepEqual(values(), FACTORY)
})

test('if the store or what is stored with it fails the former values are applied again', async () => {
  const failures: readonly ((store: () => void) => void)[] = [
    (store) => store(),
    () => {
      throw new CameraError('write-failed', 'no')
    },
  ]
  for (const [index, together] of failures.entries()) {
    const { settings, effects, values, read } = await started({ storeFails: index === 0 })
    await assert.rejects(
      settings.replaceAll(read({ One: 1 }), together),
      (error) => error instanceof CameraError && error.kind === 'write-failed',
    )
    assert.deepEqual(effects, ['One 1', 'One 0'])
    assert.deepEqual(values(), FACTORY)
  }
})

test('a value that cannot be read or breaks a rule is found before any takes effect', async () => {
  for (const wrong of [100, 13]) {
    const { settings, effects, saves, values, read } = await started()
    await assert.rejects(
      settings.replaceAll(read({ One: 1, Three: wrong })),
      (error) => error instanceof CameraError && error.kind === 'bad-value',
    )
    assert.deepEqual(effects, [])
    assert.deepEqual(saves, [])
    assert.deepEqual(values(), FACTORY)
  }
})

const AUTHOR = { userName: 'admin', address: '127.0.0.1' }

test('a change on the way is finished before all are replaced, and one behind it comes after', async () => {
  const { settings, values, read } = await started()
  const [one, two] = settings.all()
  await Promise.all([
    settings.change(one!.setting, 0, { number: 5 }, AUTHOR),
    settings.replaceAll(read({ One: 1, Two: 2 })),
    settings.change(two!.setting, 0, { number: 6 }, AUTHOR),
  ])
  assert.deepEqual(values(), [
    ['One', 1],
    ['Two', 6],
    ['Three', 0],
  ])
})

test('nothing is replaced before the start is over', async () => {
  const { settings, read } = setUp()
  await assert.rejects(settings.replaceAll(read({})), CameraError)
})
