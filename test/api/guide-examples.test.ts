/** Every example request of the guide, as printed and corrected, and one of each later command, for the commands that exist. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { COMMANDS } from '../../src/api/commands/index.ts'
import { recordingName } from '../../src/recorder/names.ts'
import { type Answer, type ApiKit, startApi } from './kit.ts'

interface Example {
  readonly command: string
  readonly url: string
  readonly request: unknown
  readonly response: unknown
  readonly asPrinted?: { readonly url?: string; readonly request?: unknown; readonly requestText?: string }
}

const folder = join(import.meta.dirname, '../testdata')
const examples = ['guide', 'newer']
  .flatMap((name) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)))
  .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Example)
  .filter(({ command }) => COMMANDS.some(({ name }) => name === command))

let api: ApiKit
before(async () => {
  // The guide's admin has no password.
  api = await startApi({ adminPassword: '' })
})
after(() => api.stop())

/** What has to be there for an example to succeed. */
const preparations: Readonly<Record<string, () => Promise<void> | void>> = {
  GetRtspUrl: () => void Object.assign(api.parts.servicePorts, { portOf: () => 554 }),
  DelUser: () => api.addUser('TestUser'),
  ModifyUser: () => api.addUser('TestUser'),
  AddUser: () => api.removeUser('GuestUser'),
  Disconnect: () => api.addUser('userName'),
  GetPtzPatrol: () =>
    api.parts.ptz[0]?.changePatrol({ stops: [{ id: 35, dwellSeconds: 30, speed: 30 }] }, undefined),
  PtzCtrl: () => api.parts.ptz[0]?.changePreset({ id: 1, enabled: true }),
  Search: () => {
    const startMs = Date.UTC(2016, 4, 25, 12)
    const name = recordingName(startMs, 'main')
    if (api.index.find(name) !== undefined) return
    api.index.insert({
      ...{ name, channel: 0, stream: 'main', startMs, endMs: startMs + 60_000, sizeBytes: 19_437_931 },
      ...{ width: 2560, height: 1440, frameRate: 30, runUpMs: 0, state: 'closed' },
    })
  },
}

/** Members that are printed as another type than what `range` promises: 0 for a name or number. */
const PRINTED_AS_NUMBERS = new Set(['GetIrLights', 'GetPowerLed', 'Get3G'])

/** Sections whose schedule is printed as numbers, with another range or the ranges interchanged. */
const PRINTED_SCHEDULES: Readonly<Record<string, string>> = {
  GetCloudSchedule: 'Cloud',
  GetAudioAlarm: 'Audio',
}

function withSchedule(section: string): object {
  const value = { [section]: { schedule: { table: '', enable: 0 } } }
  const range = { [section]: { schedule: { table: { minLen: 168, maxLen: 168 }, enable: 'boolean' } } }
  return { cmd: '', code: 0, value, initial: value, range }
}

/** Members whose values differ from camera to camera. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])]
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
}

function assertShape(actual: unknown, expected: unknown, path: string): void {
  if (typeof expected !== 'object' || expected === null) {
    assert.deepEqual(actual, expected, path)
    return
  }
  assert.ok(typeof actual === 'object' && actual !== null, `${path} is missing`)
  for (const [name, member] of Object.entries(expected)) {
    assertShape((actual as Record<string, unknown>)[name], member, `${path}.${name}`)
  }
}

/** An answer with text where a number is printed, and lengths where `range` prints samples. */
function namesFor(answer: unknown): unknown {
  const { range, ...rest } = answer as Answer
  const texts = JSON.parse(JSON.stringify(rest).replaceAll(/"(state|phone)":0/g, '"$1":""'))
  return range?.['3G'] === undefined ? { ...texts, range } : texts
}

async function send(example: Example, url: string, request: unknown): Promise<readonly Answer[]> {
  await preparations[example.command]?.()
  const text = typeof request === 'string' ? request : request === null ? '' : JSON.stringify(request)
  // The guide's session number is one of its own camera.
  const body =
    example.command === 'Disconnect' ? text.replace('1001', String(await api.session('userName'))) : text
  return await api.send(url.replace('TOKEN', await api.freshToken()), body)
}

for (const example of examples.filter(({ request }) => Array.isArray(request))) {
  test(`the example of ${example.command} is answered as it prints`, async () => {
    const [answer] = await send(example, example.url, example.request)
    const [expected] = example.response as readonly Answer[]
    assert.equal(answer?.cmd, example.command)
    assert.equal(answer?.code, 0)
    const schedule = PRINTED_SCHEDULES[example.command]
    const repaired = schedule === undefined ? expected : withSchedule(schedule)
    const printed = PRINTED_AS_NUMBERS.has(example.command) ? namesFor(expected) : repaired
    assertShape(shapeOf(answer), shapeOf(printed), example.command)
  })

  // What is printed in the place of SetIrLights is SetAutoFocus.
  const asPrinted = example.command === 'SetIrLights' ? undefined : example.asPrinted
  if (asPrinted !== undefined) {
    test(`the guide's example of ${example.command} is taken with its misprints`, async () => {
      const request =
        asPrinted.requestText ?? (asPrinted.request === undefined ? example.request : asPrinted.request)
      const [answer] = await send(example, asPrinted.url ?? example.url, request)
      assert.equal(answer?.cmd, example.command)
      assert.equal(answer?.code, 0)
    })
  }

  test(`${example.command} takes its section under param and beside cmd`, async () => {
    for (const entry of example.request as readonly Record<string, unknown>[]) {
      const { cmd, action, param, ...sections } = entry
      const all = { ...sections, ...(param as object | undefined) }
      for (const form of [
        { cmd, action, param: all },
        { cmd, action, ...all },
      ]) {
        const [answer] = await send(example, example.url, [form])
        assert.equal(answer?.code, 0, JSON.stringify(answer))
      }
    }
  })
}
