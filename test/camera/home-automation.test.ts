/** What home automation does with a camera: the media port with its push, the white lamp, the commands of later firmware. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MediaClient } from '../../src/servers/media-port/test-client.ts'
import { RtspTestClient } from '../../src/servers/rtsp/test-client.ts'
import { missing } from '../tools.ts'
import { type PostServer, startPostServer } from './alarm-receivers.ts'
import { type Answer, type Camera, PASSWORD, startCamera, until } from './kit.ts'

let camera: Camera
let web: PostServer
before(async () => {
  web = await startPostServer()
  const source = ['--source', 'scene:street?every=8&for=4&light=night']
  camera = await startCamera({ args: [...source, '--allow-local-targets', 'yes'] })
})
after(async () => {
  web.stop()
  await camera.stop()
})

const PATIENCE = { timeout: 60_000 }

/** A batch as Home Assistant's library sends it: no `cmd` in the address. */
async function batch(token: string, commands: readonly object[]): Promise<Answer['value']> {
  const response = await fetch(camera.url(`/cgi-bin/api.cgi?token=${token}`), {
    method: 'POST',
    body: JSON.stringify(commands),
  })
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
  const text = await response.text()
  assert.ok(text.startsWith('['))
  const answers = JSON.parse(text) as readonly Answer[]
  assert.deepEqual(
    answers.map(({ cmd }) => cmd),
    (commands as readonly { cmd: string }[]).map(({ cmd }) => cmd),
  )
  return Object.fromEntries(answers.map(({ cmd, code, error, value }) => [cmd, code === 0 ? value : error]))
}

const asked = (cmd: string, param: object = {}, action = 0) => ({ cmd, action, param })
const isText = (value: unknown) => typeof value === 'string' && value !== ''

test("Home Assistant's first calls are answered at once, with all that it needs", PATIENCE, async () => {
  const began = performance.now()
  const login = await fetch(camera.url('/cgi-bin/api.cgi?cmd=Login&token=null'), {
    method: 'POST',
    body: JSON.stringify([asked('Login', { User: { userName: 'admin', password: PASSWORD } })]),
  })
  const [{ value }] = (await login.json()) as [Answer]
  const { name: token, leaseTime } = value.Token
  assert.ok(token.length < 32 && typeof leaseTime === 'number')

  const plain = ['DevInfo', 'LocalLink', 'NetPort', 'P2p', 'HddInfo', 'User', 'Ntp', 'Time', 'PushCfg']
  const host = await batch(token, [
    { cmd: 'GetChannelstatus' },
    ...plain.map((section) => asked(`Get${section}`)),
    asked('GetAbility', { User: { userName: 'admin' } }),
  ])
  const { DevInfo } = host.GetDevInfo
  for (const member of ['serial', 'name', 'model', 'hardVer', 'firmVer'])
    assert.ok(isText(DevInfo[member]), member)
  assert.match(DevInfo.firmVer, /^v\d+\.\d+\.\d+\.\d+_\d+$/)
  assert.deepEqual([DevInfo.channelNum, DevInfo.type, DevInfo.exactType], [1, 'IPC', 'IPC'])
  assert.deepEqual([host.GetChannelstatus.count, host.GetChannelstatus.status[0].online], [1, 1])
  assert.match(host.GetLocalLink.LocalLink.mac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i)
  const { NetPort } = host.GetNetPort
  assert.deepEqual([NetPort.rtspPort, NetPort.onvifPort], [camera.ports.rtsp, camera.ports.onvif])
  for (const service of ['http', 'https', 'rtmp', 'rtsp', 'onvif'])
    assert.equal(NetPort[`${service}Enable`], 1)
  assert.ok(isText(host.GetP2p.P2p.uid))
  assert.deepEqual([host.GetHddInfo.HddInfo[0].format, host.GetHddInfo.HddInfo[0].mount], [1, 1])
  assert.equal(host.GetUser.User.find((one: Answer['value']) => one.userName === 'admin').level, 'admin')
  assert.equal(Object.keys(host.GetTime.Dst).length, 14)
  assert.equal(typeof host.GetPushCfg.PushCfg.pushInterval, 'number')
  const { abilityChn, scheduleVersion } = host.GetAbility.Ability
  assert.deepEqual([abilityChn.length, scheduleVersion.ver], [1, 1])

  const media = new MediaClient(NetPort.mediaPort)
  assert.equal((await media.login('admin', PASSWORD)).status, 200)

  const channel = { channel: 0 }
  const simple = ['ChnTypeInfo', 'Enc', 'RtspUrl', 'Mask', 'PtzPreset', 'PtzPatrol', 'PtzGuard', 'MdState']
  const more = ['AiState', 'Events', 'Isp', 'WhiteLed', 'IrLights', 'ManualRec', 'Osd', 'WebHook', 'PowerLed']
  const later = ['EmailV20', 'PushV20', 'FtpV20', 'AudioAlarmV20', 'MdAlarm']
  const of = await batch(token, [
    ...[...simple, ...more, ...later].map((one) => asked(`Get${one}`, channel)),
    asked('GetZoomFocus', channel, 1),
    asked('GetRecV20', channel, 1),
  ])
  for (const [cmd, answer] of Object.entries<Answer['value']>(of))
    assert.equal(answer.rspCode, undefined, cmd)
  for (const stream of ['mainStream', 'subStream']) {
    const { width, height, vType, size } = of.GetEnc.Enc[stream]
    assert.ok(width > 0 && height > 0 && vType === 'h264' && isText(size), stream)
  }
  assert.deepEqual([of.GetOsd.Osd.channel, of.GetIsp.Isp.channel, of.GetPowerLed.PowerLed.channel], [0, 0, 0])
  assert.match(of.GetIrLights.IrLights.state, /^(Auto|Off|On)$/)
  assert.deepEqual(Object.keys(of.GetAiState).sort(), ['channel', 'dog_cat', 'face', 'people', 'vehicle'])
  assert.equal(typeof of.GetEvents.md.alarm_state, 'number')

  assert.equal((await media.ask(31, 0x000301fa)).status, 200)
  assert.equal((await media.next()).command, 33)
  media.socket.destroy()
  const player = new RtspTestClient(camera.ports.rtsp)
  const { mainStream } = of.GetRtspUrl.rtspUrl
  const refused = await player.ask('DESCRIBE', mainStream)
  assert.deepEqual([refused.status, refused.headers.has('www-authenticate')], [401, true])
  const authorization = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`
  assert.equal((await player.ask('DESCRIBE', mainStream, { Authorization: authorization })).status, 200)
  player.socket.destroy()
  // Without the media port it is 90 s.
  assert.ok(performance.now() - began < 45_000)
})

const posts = () => web.posted.map(({ body }) => JSON.parse(body.toString()) as Answer['value'])

test('a webhook that a client sets can be tried', async () => {
  const WebHook = {
    channel: 0,
    index: 0,
    indexEnable: 1,
    hookUrl: `${web.origin}/hook`,
    bCustom: 0,
    hookBody: '',
  }
  assert.equal((await camera.one({ cmd: 'SetWebHook', param: { WebHook } })).code, 0)
  assert.equal(
    (await camera.one({ cmd: 'TestWebHook', param: { WebHook: { channel: 0, index: 0 } } })).code,
    0,
  )
  assert.deepEqual(
    posts().map(({ test: isTest, state }) => [isTest, state]),
    [[true, 'began']],
  )
  const nowhere = { channel: 0, hookUrl: 'http://127.0.0.1:9/' }
  assert.equal((await camera.one({ cmd: 'TestWebHook', param: { WebHook: nowhere } })).error?.rspCode, -15)
})

test('a client that logs in at the media port is told when motion begins and ends', PATIENCE, async () => {
  const client = new MediaClient(camera.ports.media)
  const began = performance.now()
  assert.equal((await client.login('admin', PASSWORD)).status, 200)
  assert.ok(performance.now() - began < 5000)
  assert.equal((await client.ask(31, 0x000201fa)).status, 200)
  const states: string[] = []
  while (!(states.includes('MD') && states.at(-1) === 'none')) {
    const frame = await client.next()
    assert.equal(frame.command, 33)
    const status = /<status>(\w+)</.exec(client.text(frame))?.[1]
    assert.ok(status)
    states.push(status)
  }
  client.socket.destroy()
})

test('and so is the webhook, of the same motion', PATIENCE, async () => {
  const states = await until('both posts', () => {
    const told = posts().filter((one) => one.test === undefined)
    return told.length >= 2 ? told.map(({ kind, state }) => `${kind} ${state}`) : undefined
  })
  assert.deepEqual(states.slice(0, 2), ['motion began', 'motion ended'])
})

test(
  'the throttle counts wrong logins at the media port together with those of the API',
  PATIENCE,
  async () => {
    await camera.one({
      cmd: 'AddUser',
      param: { User: { userName: 'house', password: 'Vedette-2', level: 'guest' } },
    })
    const login = async (password: string) => {
      const client = new MediaClient(camera.ports.media)
      const { status } = await client.login('house', password)
      client.socket.destroy()
      return status
    }
    assert.equal(await login('Vedette-2'), 200)
    for (let tries = 0; tries < 5; tries += 1) assert.equal(await login('wrong'), 401)
    assert.equal(await login('Vedette-2'), 401, 'locked')
    const param = { User: { userName: 'house', password: 'Vedette-2' } }
    const [answer] = await camera.api([{ cmd: 'Login', param }], '')
    assert.equal(answer?.error?.rspCode, -7)
  },
)

test(
  'a user that is deleted loses the connection, and another password is asked for at once',
  PATIENCE,
  async () => {
    const add = (userName: string) => ({
      cmd: 'AddUser',
      param: { User: { userName, password: 'Vedette-3', level: 'guest' } },
    })
    for (const name of ['first', 'second']) assert.equal((await camera.one(add(name))).code, 0)
    const first = new MediaClient(camera.ports.media)
    assert.equal((await first.login('first', 'Vedette-3')).status, 200)
    await camera.one({ cmd: 'DelUser', param: { User: { userName: 'first' } } })
    await first.closed()
    await camera.one({ cmd: 'ModifyUser', param: { User: { userName: 'second', password: 'Vedette-4' } } })
    const second = new MediaClient(camera.ports.media)
    assert.equal((await second.login('second', 'Vedette-4')).status, 200)
    second.socket.destroy()
  },
)

test('no password stands in the data folder or in the log, and the key is for the owner alone', () => {
  const files = execFileSync('find', [camera.dataDir, '-type', 'f', '-size', '-8M'], { encoding: 'utf8' })
  for (const file of files.trim().split('\n')) {
    const content = readFileSync(file)
    for (const password of [PASSWORD, 'Vedette-2', 'Vedette-4']) assert.ok(!content.includes(password), file)
  }
  assert.ok(!JSON.stringify(camera.log).includes('Vedette-'))
  assert.equal(statSync(join(camera.dataDir, 'sealing.key')).mode & 0o777, 0o600)
})

test('GetNetPort tells where the media port is, and GetAbility that the clients of later firmware may ask', async () => {
  const net = await camera.one({ cmd: 'GetNetPort' })
  assert.equal(net.value.NetPort.mediaPort, camera.ports.media)
  const ability = await camera.one({ cmd: 'GetAbility' })
  const { abilityChn, ...device } = ability.value.Ability
  const [channel] = abilityChn
  assert.equal(channel.ptzType.ver, 2)
  assert.deepEqual([channel.floodLight.ver, channel.supportFLswitch.ver], [1, 1])
  assert.deepEqual([device.rtsp.ver, device.httpFlv.ver, device.supportRtspEnable.ver], [3, 1, 1])
  assert.deepEqual([channel.mainEncType.ver, device.scheduleVersion.ver], [0, 1])
})

test('the white lamp shows the night in colour and bright', {
  ...PATIENCE,
  skip: missing('ffmpeg'),
}, async () => {
  const look = async () => {
    const scale = ['-vf', 'scale=32:18:flags=area,format=yuv444p', '-f', 'rawvideo', '-']
    const input = await camera.snap('&rs=1')
    const pixels = execFileSync('ffmpeg', ['-v', 'error', '-f', 'mjpeg', '-i', '-', ...scale], { input })
    const size = 32 * 18
    const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length
    return {
      luma: mean(pixels.subarray(0, size)),
      colour: mean(pixels.subarray(size).map((value) => Math.abs(value - 128))),
    }
  }
  const set = async (WhiteLed: object) => {
    assert.equal((await camera.one({ cmd: 'SetWhiteLed', param: { WhiteLed } })).code, 0)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  await camera.one({ cmd: 'SetIrLights', param: { IrLights: { state: 'Off' } } })
  await set({ state: 0, mode: 0 })
  const dark = await look()
  assert.ok(dark.colour < 1)
  await set({ state: 1, bright: 100 })
  const lit = await look()
  assert.ok(lit.luma > dark.luma * 1.5 && lit.colour > 2, JSON.stringify({ dark, lit }))
  await set({ bright: 30 })
  const dim = await look()
  assert.ok(dim.luma < lit.luma && dim.luma > dark.luma)
  await set({ state: 0 })
  assert.ok((await look()).colour < 1)
})

test('GetRtspUrl is an address at which the camera can be watched', async () => {
  const { value } = await camera.one({ cmd: 'GetRtspUrl', param: { channel: 0 } })
  const { mainStream } = value.rtspUrl
  assert.equal(mainStream, `rtsp://127.0.0.1:${camera.ports.rtsp}/h264Preview_01_main`)
})

test('recording by hand makes a file outside of the hours, and ends by itself', PATIENCE, async () => {
  const files = async () => {
    const StartTime = { year: 2000, mon: 1, day: 1, hour: 0, min: 0, sec: 0 }
    const Search = {
      channel: 0,
      onlyStatus: 0,
      streamType: 'main',
      StartTime,
      EndTime: { ...StartTime, year: 2099 },
    }
    const { value } = await camera.one({ cmd: 'Search', param: { Search } })
    return (value.SearchResult.File ?? []) as readonly { readonly name: string; readonly size: number }[]
  }
  const rec = async () => (await camera.one({ cmd: 'GetManualRec', param: { channel: 0 } })).value.Rec
  const Rec = { channel: 0, enable: 0, schedule: { channel: 0 } }
  assert.equal((await camera.one({ cmd: 'SetRecV20', param: { Rec } })).code, 0)
  // The running file is closed within a moment.
  await new Promise((resolve) => setTimeout(resolve, 2000))
  const before = await files()
  await camera.one({ cmd: 'SetManualRec', param: { Rec: { channel: 0, enable: 1, duration: 4 } } })
  assert.equal((await rec()).enable, 1)
  await until('the end', async () => ((await rec()).enable === 0 ? true : undefined), 15_000)
  await new Promise((resolve) => setTimeout(resolve, 2000))
  const after = await files()
  assert.equal(after.length, before.length + 1)
  assert.ok(after.at(-1)!.size > 50_000)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  assert.deepEqual(await files(), after, 'nothing more is written')
})
