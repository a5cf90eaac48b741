/** Commands that the guide does not have: what they show and do. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { COMMANDS } from '../../src/api/commands/index.ts'
import { LATER } from '../../src/api/define/command.ts'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())

const value = async (cmd: string, param: object = {}) => (await api.one({ cmd, action: 0, param })).value

test('every later command has its example', () => {
  const folder = join(import.meta.dirname, '../testdata/newer')
  const without = COMMANDS.filter(
    ({ name, guide }) => guide === LATER && !existsSync(join(folder, `${name}.json`)),
  )
  assert.deepEqual(
    without.map(({ name }) => name),
    [],
  )
})

test('the name is one: SetDevName changes it in the picture, in DevInfo and in the list of channels', async () => {
  const effects = api.effects.length
  assert.deepEqual(await value('SetDevName', { DevName: { name: 'Yard' } }), { rspCode: 200 })
  const [{ osd }] = api.effects.slice(effects) as [{ osd: { name: { text: string } } }]
  assert.equal(osd.name.text, 'Yard')
  assert.deepEqual(await value('GetDevName'), { DevName: { name: 'Yard' } })
  const { DevInfo } = (await value('GetDevInfo')) as { DevInfo: { name: string } }
  assert.equal(DevInfo.name, 'Yard')
  const { status } = (await value('GetChannelstatus')) as { status: readonly { name: string }[] }
  assert.equal(status[0]?.name, 'Yard')
  const refused = await api.one({ cmd: 'SetDevName', param: { DevName: { name: 'x'.repeat(32) } } })
  assert.equal(refused.error?.rspCode, -22)
  assert.deepEqual(await value('GetDevName'), { DevName: { name: 'Yard' } })
})

test('GetEvents and GetMdState tell the same of motion', async () => {
  for (const isMotion of [true, false]) {
    Object.assign(api.parts.motion[0]!, { isMotion })
    const { md } = (await value('GetEvents', { channel: 0 })) as { md: { alarm_state: number } }
    assert.equal(md.alarm_state, isMotion ? 1 : 0)
    assert.deepEqual(await value('GetMdState', { channel: 0 }), { state: md.alarm_state })
  }
})

test('GetRtspUrl is made for the name by which the client came, and is refused where RTSP is not served', async () => {
  const url = async () => {
    const answer = (await value('GetRtspUrl', { channel: 0 })) as
      | { rtspUrl?: { mainStream: string } }
      | undefined
    return answer?.rtspUrl?.mainStream
  }
  const serveAt = (port: number | undefined) => Object.assign(api.parts.servicePorts, { portOf: () => port })
  serveAt(554)
  assert.equal(await url(), 'rtsp://localhost/h264Preview_01_main')
  serveAt(8554)
  assert.equal(await url(), 'rtsp://localhost:8554/h264Preview_01_main')
  serveAt(undefined)
  const refused = await api.one({ cmd: 'GetRtspUrl', param: { channel: 0 } })
  assert.equal(refused.error?.rspCode, -9)
})

const refusal = async (cmd: string, param: object) => (await api.one({ cmd, param })).error?.rspCode
const pose = () => api.parts.ptz[0]!.position()!
const close = (one: number, other: number) => Math.abs(one - other) < 1e-6

test('SetPtzPreset takes its members without the section, and a preset 0', async () => {
  assert.equal(await refusal('SetPtzPreset', { channel: 0, id: 0, enable: 1, name: 'gate' }), undefined)
  const listed = async () => (await value('GetPtzPreset', { channel: 0 }))?.PtzPreset as { id: number }[]
  assert.deepEqual((await listed())[0], { channel: 0, enable: 1, id: 0, name: 'gate' })
  assert.equal((await listed()).length, 65)
  const there = pose()
  await value('PtzCtrl', { op: 'Left', speed: 64 })
  api.time.advance(2000)
  assert.ok(!close(pose().pan, there.pan))
  assert.equal(await refusal('PtzCtrl', { op: 'ToPos', id: 0, speed: 64 }), undefined)
  api.time.advance(20_000)
  assert.ok(close(pose().pan, there.pan))
  assert.equal(await refusal('SetPtzPreset', { id: 0, enable: 0 }), undefined)
  assert.equal((await listed()).length, 64)
})

test('StartZoomFocus moves the lens to a position that GetZoomFocus then tells', async () => {
  const positions = async () => {
    api.time.advance(20_000)
    const { ZoomFocus } = (await value('GetZoomFocus', { channel: 0 })) as {
      readonly ZoomFocus: { readonly [name in 'zoom' | 'focus']: { readonly pos: number } }
    }
    return [ZoomFocus.zoom.pos, ZoomFocus.focus.pos]
  }
  const start = (op: string, pos?: number) =>
    refusal('StartZoomFocus', { ZoomFocus: { channel: 0, op, pos } })
  await value('SetAutoFocus', { AutoFocus: { channel: 0, disable: 1 } })
  for (const pos of [0, 60, 30]) {
    assert.equal(await start('ZoomPos', pos), undefined)
    assert.equal((await positions())[0], pos)
  }
  assert.ok(close(pose().zoom, Math.sqrt(8)), 'halfway in even steps of the factor')
  assert.equal(await start('ZoomInc', 5), undefined)
  assert.equal((await positions())[0], 35)
  assert.equal(await start('ZoomDec'), undefined)
  assert.equal((await positions())[0], 34)
  assert.equal(await start('FocusPos', 250), undefined)
  assert.equal((await positions())[1], 250)
  assert.equal(await start('FocusDec', 50), undefined)
  assert.deepEqual(await positions(), [34, 200])
  for (const [op, pos] of [
    ['ZoomPos', 61],
    ['FocusPos', 251],
    ['ZoomPos', -1],
    ['Spin', 1],
  ] as const)
    assert.equal(await start(op, pos), -4)
  assert.equal(await start('ZoomPos'), -23)
  assert.deepEqual(await positions(), [34, 200])
})

test('the head goes back to its guard place when nobody has said anything for a while, also after a restart', async () => {
  const set = (PtzGuard: object) => refusal('SetPtzGuard', { PtzGuard: { channel: 0, ...PtzGuard } })
  const turnAway = async () => {
    await value('PtzCtrl', { op: 'Right', speed: 64 })
    api.time.advance(1000)
    await value('PtzCtrl', { op: 'Stop' })
    api.time.advance(1000)
  }
  assert.equal(await set({ benable: 1, timeout: 20, cmdStr: 'setPos' }), -1, 'no place is known')
  assert.equal(await set({ timeout: 9 }), -4)
  const there = pose()
  assert.equal(await set({ benable: 1, timeout: 20, cmdStr: 'setPos', bSaveCurrentPos: 1 }), undefined)
  assert.deepEqual(await value('GetPtzGuard', { channel: 0 }), {
    PtzGuard: { benable: 1, bexistPos: 1, channel: 0, timeout: 20 },
  })
  await turnAway()
  api.time.advance(18_000)
  assert.ok(!close(pose().pan, there.pan))
  await new Promise(setImmediate)
  api.time.advance(2000)
  await new Promise(setImmediate)
  api.time.advance(20_000)
  assert.ok(close(pose().pan, there.pan))

  await turnAway()
  await api.restart()
  await api.freshToken()
  assert.ok(!close(pose().pan, there.pan))
  api.time.advance(21_000)
  await new Promise(setImmediate)
  api.time.advance(20_000)
  assert.ok(close(pose().pan, there.pan))

  assert.equal(await set({ benable: 0 }), undefined)
  await turnAway()
  api.time.advance(400_000)
  await new Promise(setImmediate)
  api.time.advance(20_000)
  assert.ok(!close(pose().pan, there.pan))
  assert.equal(await set({ cmdStr: 'toPos', bSaveCurrentPos: 1 }), undefined)
  api.time.advance(20_000)
  assert.ok(close(pose().pan, there.pan), 'sent there by hand')
})

test('SetWhiteLed tells the lamp when to be on', async () => {
  const effects = api.effects.length
  const hours = { StartHour: 19, StartMin: 30, EndHour: 5, EndMin: 15 }
  const WhiteLed = { channel: 0, state: 1, bright: 40, mode: 3, LightingSchedule: hours }
  assert.equal(await refusal('SetWhiteLed', { WhiteLed }), undefined)
  assert.deepEqual(api.effects.slice(effects), [
    { whiteLamp: { isOn: true, brightness: 0.4, mode: 'hours', startMinute: 1170, endMinute: 315 } },
  ])
})

test('recording by hand begins, tells what is left, and ends by itself', async () => {
  const state = async () => (await value('GetManualRec', { channel: 0 }))?.Rec
  assert.equal(await refusal('SetManualRec', { Rec: { channel: 0, enable: 1, duration: 60 } }), undefined)
  api.time.advance(45_000)
  assert.deepEqual(await state(), { channel: 0, duration: 15, enable: 1 })
  const effects = api.effects.length
  api.time.advance(15_000)
  assert.deepEqual(await state(), { channel: 0, duration: 0, enable: 0 })
  assert.deepEqual(api.effects.slice(effects).filter(isManual), [{ manualRecording: false }])
  assert.equal(await refusal('SetManualRec', { Rec: { channel: 0, enable: 1, duration: 0 } }), -4)
  assert.equal(await refusal('SetManualRec', { Rec: { channel: 0 } }), -23)
})

const isManual = (effect: unknown) => JSON.stringify(effect)?.includes('manualRecording')

test('SetRecV20 and SetRec change one plan', async () => {
  const table = '10'.repeat(84)
  const rec = { enable: 0, postRec: '1 Minute', schedule: { channel: 0, table: { TIMING: table } } }
  assert.equal(await refusal('SetRecV20', { Rec: rec }), undefined)
  const plan = (await value('GetRec', { channel: 0 }))?.Rec as { schedule: object; postRec: string }
  assert.deepEqual([plan.schedule, plan.postRec], [{ enable: 0, table }, '1 Minute'])
  assert.equal(await refusal('SetRec', { Rec: { schedule: { enable: 1 } } }), undefined)
  const { Rec } = (await value('GetRecV20', { channel: 0 })) as { Rec: { enable: number; schedule: object } }
  assert.equal(Rec.enable, 1)
  assert.deepEqual(Rec.schedule, { channel: 0, table: { MD: '0'.repeat(168), TIMING: table } })
  const other = { schedule: { table: { MD: '1'.repeat(168), TIMING: '1'.repeat(168) } } }
  assert.equal(await refusal('SetRecV20', { Rec: other }), -4, 'hours that could not be kept')
  assert.deepEqual(((await value('GetRecV20')) as { Rec: object }).Rec, Rec)
  Object.assign(api.parts, { recordOn: 'motion' })
  assert.equal(
    await refusal('SetRecV20', { Rec: { schedule: { table: { MD: '1'.repeat(168) } } } }),
    undefined,
  )
  Object.assign(api.parts, { recordOn: 'schedule' })
})

test('SetMdAlarm and SetAlarm change one motion detection', async () => {
  const read = async () =>
    (await value('GetAlarm', { Alarm: { channel: 0, type: 'md' } }))?.Alarm as {
      readonly enable: number
      readonly sens: readonly { readonly sensitivity: number }[]
    }
  const sens = (await read()).sens.map((one) => ({ ...one, sensitivity: 21 }))
  assert.equal(await refusal('SetMdAlarm', { MdAlarm: { channel: 0, enable: 0, sens } }), undefined)
  assert.deepEqual([(await read()).enable, (await read()).sens], [0, sens])
  const newSens = { sensDef: 5 }
  assert.equal(await refusal('SetMdAlarm', { MdAlarm: { channel: 0, useNewSens: 1, newSens } }), -4)
  assert.deepEqual((await read()).sens, sens)
})

test('the schedules of later firmware and those of the guide are one', async () => {
  const table = '0110'.repeat(42)
  for (const [name, section] of [
    ['Email', 'Email'],
    ['Ftp', 'Ftp'],
    ['Push', 'Push'],
    ['AudioAlarm', 'Audio'],
  ] as const) {
    const schedule = { channel: 0, table: { MD: table } }
    assert.equal(await refusal(`Set${name}V20`, { [section]: { enable: 1, schedule } }), undefined, name)
    const plain = (await value(`Get${name}`))?.[section] as { schedule: object }
    assert.deepEqual(plain.schedule, { enable: 1, table })
    // Home automation sends nothing but the switch.
    assert.equal(
      await refusal(`Set${name}V20`, { [section]: { enable: 0, schedule: { channel: 0 } } }),
      undefined,
    )
    const later = (await value(`Get${name}V20`, { channel: 0 }))?.[section] as {
      enable: number
      schedule: object
    }
    assert.deepEqual(
      [later.enable, later.schedule],
      [0, { channel: 0, table: { MD: table, TIMING: '0'.repeat(168) } }],
    )
  }
})

test('SetWebHook puts an address in its place, and only those in use are posted to', async () => {
  const places = async () =>
    (await value('GetWebHook', { channel: 0 }))?.WebHook as readonly Readonly<Record<string, unknown>>[]
  const url = 'https://house.example/hook?key=k'
  const set = (WebHook: object) => refusal('SetWebHook', { WebHook: { channel: 0, ...WebHook } })
  assert.equal(await set({ index: 2, indexEnable: 1, hookUrl: url, bCustom: 0, hookBody: '' }), undefined)
  assert.deepEqual(api.effects.at(-1), { webhooks: [url] })
  assert.deepEqual((await places())[2], {
    ...{ bCustom: 0, channel: 0, hookBody: '', hookUrl: url, index: 2, indexEnable: 1 },
  })
  assert.equal(await refusal('TestWebHook', { channel: 0, WebHook: { index: 2 } }), undefined)
  assert.deepEqual(api.effects.at(-1), { testWebhook: url })
  assert.equal(await refusal('TestWebHook', { WebHook: { index: 1 } }), -23)
  const effects = api.effects.length
  for (const wrong of [
    { index: 4, hookUrl: url },
    { index: 0, hookUrl: 'file:///etc/passwd' },
    { index: 0, hookUrl: 'http://u:p@house.example/' },
    { index: 0, bCustom: 1, hookBody: '{}' },
  ])
    assert.equal(await set(wrong), -4, JSON.stringify(wrong))
  assert.equal(await set({ index: 3, indexEnable: 1 }), -23)
  assert.equal(api.effects.length, effects)
  const [first, second] = [`${url}0`, `${url}1`]
  await Promise.all([first, second].map((hookUrl, index) => set({ index, indexEnable: 1, hookUrl })))
  assert.deepEqual(api.effects.at(-1), { webhooks: [first, second, url] })
  for (const index of [0, 1]) await set({ index, indexEnable: 0 })
  assert.equal(await set({ index: 2, indexEnable: 0 }), undefined)
  assert.deepEqual([api.effects.at(-1), (await places())[2]?.hookUrl], [{ webhooks: [] }, url])
})

test('AudioAlarmPlay sounds the siren for a while, or until it is told to be silent', async () => {
  const play = async (param: object) => {
    const effects = api.effects.length
    const code = await refusal('AudioAlarmPlay', { channel: 0, ...param })
    return code ?? api.effects.slice(effects)
  }
  assert.deepEqual(await play({ alarm_mode: 'times', manual_switch: 0, times: 3 }), [{ sirenMs: 15_000 }])
  assert.deepEqual(await play({ alarm_mode: 'manul', manual_switch: 1 }), [{ sirenMs: 300_000 }])
  assert.deepEqual(await play({ alarm_mode: 'manul', manual_switch: 0 }), ['siren silent'])
  assert.equal(await play({ alarm_mode: 'times' }), -23)
  assert.equal(await play({ alarm_mode: 'times', times: 0 }), -4)
})
