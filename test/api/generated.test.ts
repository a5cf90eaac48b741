/** One set of tests for every command, made from its declaration. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { RIGHTS } from '../../src/api/ability.ts'
import { COMMANDS, SETTINGS } from '../../src/api/commands/index.ts'
import { NO_RULES } from '../../src/api/define/setting.ts'
import { API_ERRORS } from '../../src/api/errors.ts'
import { type ApiKit, startApi } from './kit.ts'

type Tree = Readonly<Record<string, { readonly permit: number }>>

let api: ApiKit

before(async () => {
  api = await startApi()
})
after(() => api.stop())

/** Every leaf of `part` stands in `whole`. */
function assertContains(whole: unknown, part: unknown, path = ''): void {
  if (typeof part === 'object' && part !== null && !Array.isArray(part)) {
    assert.ok(typeof whole === 'object' && whole !== null, path)
    for (const [name, value] of Object.entries(part)) {
      assertContains((whole as Record<string, unknown>)[name], value, `${path}.${name}`)
    }
  } else assert.deepEqual(whole, part, path)
}

/** Settings whose commands carry one section of their name; the others have tests of their own. */
const PLAIN_SETTINGS = SETTINGS.filter(({ name, commands }) => {
  // The members of a crop make sense only together; the factory values of NetPort are the configuration's.
  return commands[1].section === name && name !== 'Crop' && name !== 'NetPort'
})

/** The guide prints these without any setting, and success. */
const SETS_WITHOUT_SECTION: ReadonlySet<string> = new Set(['SetPtzSerial'])

for (const { name, fields, commands, check } of PLAIN_SETTINGS) {
  const [get, set] = commands
  const read = async (action = 0) => {
    const answer = await api.one({ cmd: get.name, action, param: { channel: 0 } })
    assert.equal(answer.code, 0)
    return answer
  }

  test(`${get.name} answers value alone for action 0, initial and range besides for action 1`, async () => {
    assert.deepEqual(Object.keys(await read(0)), ['cmd', 'code', 'value'])
    const full = await read(1)
    assert.deepEqual(Object.keys(full), ['cmd', 'code', 'initial', 'range', 'value'])
    assertContains(full.initial?.[name], fields.show(fields.initial))
  })

  test(`${set.name} takes every bound of every field, gives it its effect, and ${get.name} shows it`, async () => {
    const taken = new Set<string>()
    const offered = new Set<string>()
    for (const input of fields.samples().good) {
      const before = api.effects.length
      offered.add(leafOf(input))
      const answer = await api.one({ cmd: set.name, param: { [name]: input } })
      // A rule between fields may forbid a combination; then nothing has changed and the error says so.
      if (answer.code === 1) {
        assert.notEqual(check, NO_RULES, JSON.stringify(input))
        assert.equal(answer.error?.rspCode, API_ERRORS['bad-value'].rspCode)
        assert.equal(api.effects.length, before)
        continue
      }
      assert.deepEqual(answer.value, { rspCode: 200 })
      taken.add(leafOf(input))
      const expected = fields.show(fields.read(input, fields.initial, name))
      for (const member of Object.keys(input as object)) {
        assertContains((await read()).value?.[name], { [member]: pick(expected, input, member) })
      }
    }
    assert.deepEqual(taken, offered)
    await api.one({ cmd: set.name, param: { [name]: fields.show(fields.initial) } })
  })

  test(`${set.name} refuses what is outside and leaves everything as it was`, async () => {
    const before = (await read()).value
    const effects = api.effects.length
    for (const { input, kind } of fields.samples().bad) {
      const answer = await api.one({ cmd: set.name, param: { [name]: input } })
      assert.deepEqual(
        { rspCode: answer.error?.rspCode, detail: answer.error?.detail },
        { rspCode: API_ERRORS[kind].rspCode, detail: API_ERRORS[kind].detail },
        JSON.stringify(input).slice(0, 100),
      )
    }
    assert.deepEqual((await read()).value, before)
    assert.equal(api.effects.length, effects)
  })

  test(`${set.name} without its section is told what is missing`, async () => {
    const expected = SETS_WITHOUT_SECTION.has(set.name) ? undefined : -23
    assert.equal((await api.one({ cmd: set.name })).error?.rspCode, expected)
  })

  // A setting with a single value has nothing that could get lost.
  const changes = fields.samples().good.filter((input) => {
    return !isDeepStrictEqual(fields.read(input, fields.initial, name), fields.initial)
  })
  if (changes.length > 0) {
    test(`${set.name} survives a restart`, async () => {
      assert.equal((await api.one({ cmd: set.name, param: { [name]: changes[0] } })).code, 0)
      const before = (await read()).value
      assert.notDeepEqual(before?.[name], (await read(1)).initial?.[name])
      await api.restart()
      assert.deepEqual((await read()).value, before)
      await api.one({ cmd: set.name, param: { [name]: fields.show(fields.initial) } })
    })
  }
}

/** Path of the one leaf that a sample sets. */
function leafOf(input: unknown): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return ''
  return Object.entries(input)
    .map(([name, value]) => `${name}.${leafOf(value)}`)
    .join()
}

/** The part of `expected` that `input[member]` addresses: one leaf, or a group of leaves. */
function pick(expected: unknown, input: unknown, member: string): unknown {
  const given = (input as Record<string, unknown>)[member]
  const full = (expected as Record<string, unknown>)[member]
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return full
  return Object.fromEntries(Object.keys(given).map((name) => [name, pick(full, given, name)]))
}

for (const command of COMMANDS) {
  const { name, access, perChannel } = command
  if (access === 'anyone') continue

  test(`${name} wants a login`, async () => {
    const answer = await api.one({ cmd: name }, { token: 'not-a-token' })
    assert.deepEqual(answer, { cmd: name, code: 1, error: { rspCode: -6, detail: 'please login first' } })
  })

  if (access !== 'session') {
    test(`${name} is for a guest what GetAbility says`, async () => {
      const { value } = await api.one({ cmd: 'GetAbility' }, { token: api.guestToken })
      assert.ok(value)
      const { abilityChn, ...device } = value.Ability as Tree & { abilityChn: Tree[] }
      const { permit } = (device[access.key] ?? abilityChn[0]?.[access.key])!
      const may = (permit & RIGHTS[access.right]) !== 0
      const answer = await api.one({ cmd: name }, { token: api.guestToken })
      assert.equal(answer.error?.rspCode === -26, !may)
    })
  }

  for (const param of ['x', 7, true, [], [[{}]]]) {
    test(`${name} takes no param of ${JSON.stringify(param)}`, async () => {
      const effects = api.effects.length
      const answer = await api.one({ cmd: name, param })
      assert.equal(answer.error?.rspCode, -4)
      assert.equal(api.effects.length, effects)
    })
  }

  if (perChannel) {
    test(`${name} knows no channel 1`, async () => {
      const section =
        command.section === undefined
          ? (command.fields?.initial as object | undefined)
          : { [command.section]: command.fields?.initial }
      const answer = await api.one({ cmd: name, param: { channel: 1, ...section } })
      assert.equal(answer.error?.rspCode, -1)
    })
  }
}
