/** The ONVIF services, used by a client of other hands: the npm package `onvif`. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Cam } from 'onvif'
import { readRtpPacket } from '../../src/media/rtp/rtp-packet.ts'
import { RtspTestClient } from '../../src/servers/rtsp/test-client.ts'
import { missing, tool } from '../tools.ts'
import { type Camera, PASSWORD, run, startCamera, until } from './kit.ts'

let camera: Camera
// biome-ignore lint/suspicious/noExplicitAny: the package's types leave out half of it.
let client: any

before(async () => {
  camera = await startCamera()
  client = await connect('admin', PASSWORD)
})
after(() => camera?.stop())

// biome-ignore lint/suspicious/noExplicitAny: as above.
function connect(username: string, password: string): Promise<any> {
  return new Promise((resolve, reject) => {
    const options = { hostname: '127.0.0.1', port: camera.ports.onvif, username, password, timeout: 10_000 }
    const made = new Cam(options, (error: unknown) => (error ? reject(error) : resolve(made)))
  })
}

// biome-ignore lint/suspicious/noExplicitAny: answers have any form.
type Answer = any

function ask(method: string, argument?: unknown, by = client): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const done = (error: unknown, answer: Answer) => (error ? reject(error) : resolve(answer))
    if (argument === undefined) by[method](done)
    else by[method](argument, done)
  })
}

test('a client connects and learns who the camera is', async () => {
  const { manufacturer, model, serialNumber } = await ask('getDeviceInformation')
  assert.deepEqual([manufacturer, model], ['Vedette', 'Vedette'])
  const { value } = await camera.one({ cmd: 'GetDevInfo' })
  // The client makes numbers of what looks like one.
  assert.equal(Number(serialNumber), Number(value.DevInfo.serial))
})

test('it finds both profiles as GetEnc has them', async () => {
  const profiles = await ask('getProfiles')
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const seen = profiles.map(({ $, videoEncoderConfiguration: { resolution, rateControl } }: any) => [
    $.token,
    resolution.width,
    resolution.height,
    rateControl.frameRateLimit,
    rateControl.bitrateLimit,
  ])
  const { Enc } = (await camera.one({ cmd: 'GetEnc' })).value
  const expected = [Enc.mainStream, Enc.subStream].map((stream, index) => [
    ['main', 'sub'][index],
    stream.width,
    stream.height,
    stream.frameRate,
    stream.bitRate,
  ])
  assert.deepEqual(seen, expected)
})

test('the address of a stream plays', { skip: missing('ffprobe') }, async () => {
  const { uri } = await ask('getStreamUri', { protocol: 'RTSP', profileToken: 'sub' })
  const url = new URL(uri)
  assert.equal(Number(url.port), camera.ports.rtsp)
  Object.assign(url, { username: 'admin', password: PASSWORD })
  const options = [
    '-v',
    'error',
    '-rtsp_transport',
    'tcp',
    '-show_entries',
    'stream=width,height',
    '-of',
    'csv=p=0',
  ]
  const { stdout } = await run(tool('ffprobe'), [...options, url.href])
  assert.match(stdout.toString(), /^640,360/)
})

test('the address of a picture asks for Digest and gives a picture', async () => {
  const { uri } = await ask('getSnapshotUri', { profileToken: 'main' })
  const refused = await fetch(uri)
  assert.equal(refused.status, 401)
  const challenge = refused.headers.get('www-authenticate') ?? ''
  const authorization = digestOf(challenge, 'GET', uri)
  const picture = await fetch(uri, { headers: { authorization } })
  assert.equal(picture.headers.get('content-type'), 'image/jpeg')
  assert.deepEqual([...new Uint8Array(await picture.arrayBuffer()).subarray(0, 2)], [0xff, 0xd8])
  const wrong = authorization.replace(/response="./, 'response="x')
  assert.equal((await fetch(uri, { headers: { authorization: wrong } })).status, 401)
})

test('the encoder of a stream is set as SetEnc would, and only to what there is', async () => {
  const before = (await camera.one({ cmd: 'GetEnc' })).value.Enc
  const configuration = {
    token: 'main',
    $: { token: 'main', GovLength: 40, Profile: 'Main' },
    encoding: 'H264',
    resolution: { width: 1920, height: 1080 },
    rateControl: { frameRateLimit: 20, bitrateLimit: 4000 },
    quality: 1,
  }
  await ask('setVideoEncoderConfiguration', configuration)
  const { Enc } = (await camera.one({ cmd: 'GetEnc' })).value
  const { size, frameRate, bitRate, gop, profile } = Enc.mainStream
  assert.deepEqual([size, frameRate, bitRate, gop, profile], ['1080P', 20, 4096, 2, 'Main'])
  const impossible = { ...configuration, resolution: { width: 800, height: 600 } }
  await assert.rejects(ask('setVideoEncoderConfiguration', impossible))
  assert.deepEqual((await camera.one({ cmd: 'GetEnc' })).value.Enc, Enc)
  await camera.one({ cmd: 'SetEnc', param: { Enc: { ...before, channel: 0 } } })
})

test('the head goes where it is sent, and tells so', async () => {
  const position = async () => (await ask('getStatus', {})).position
  const zoomed = (zoom: number) =>
    until(`zoom ${zoom}`, async () => {
      const now = await position()
      return now.zoom === zoom ? now : undefined
    })
  await ask('absoluteMove', { x: 0.1, y: 0.2, zoom: 0.5, speed: { x: 1, y: 1, zoom: 1 } })
  const arrived = await zoomed(0.5)
  assert.deepEqual([arrived.x, arrived.y], [0.1, 0.2])
  const { value } = await camera.one({ cmd: 'GetPtzCurPos' })
  assert.deepEqual([value.PtzCurPos.Ppos, value.PtzCurPos.Tpos], [1980, 360])

  const asked = await ask('getPresets', {})
  const token = (await ask('setPreset', { presetName: 'gate' }))[0].setPresetResponse[0].presetToken[0]
  await ask('gotoHomePosition', { speed: { x: 1, y: 1, zoom: 1 } })
  // Home on the painted street is zoom 4/3.
  await zoomed(Number((Math.log2(4 / 3) / 3).toFixed(5)))
  await ask('gotoPreset', { preset: token, speed: { x: 1, y: 1, zoom: 1 } })
  await zoomed(0.5)
  await ask('removePreset', { presetToken: token })
  assert.deepEqual(await ask('getPresets', {}), asked)
})

test('a continuous move goes on until it is stopped', async () => {
  const tilt = async () => (await camera.one({ cmd: 'GetPtzCurPos' })).value.PtzCurPos.Tpos as number
  const before = await tilt()
  await ask('continuousMove', { x: 0, y: -0.5, zoom: 0, timeout: 20_000 })
  await until('it moves down', async () => (await tilt()) > before + 10 || undefined)
  await ask('stop', {})
  const rest = await until('it rests', async () => {
    const one = await tilt()
    await new Promise((resolve) => setTimeout(resolve, 200))
    return (await tilt()) === one ? one : undefined
  })
  assert.ok(rest < 900)
})

test('the picture is set as SetImage and SetIsp would', async () => {
  const token = 'source'
  await ask('setImagingSettings', { token, brightness: 150, sharpness: 120, irCutFilter: 'OFF' })
  const { brightness, sharpness, irCutFilter } = await ask('getImagingSettings', { token })
  assert.deepEqual([brightness, sharpness, irCutFilter], [150, 120, 'OFF'])
  assert.equal((await camera.one({ cmd: 'GetImage' })).value.Image.bright, 150)
  assert.equal((await camera.one({ cmd: 'GetIsp' })).value.Isp.dayNight, 'Black&White')
  await ask('setImagingSettings', { token, brightness: 128, sharpness: 128, irCutFilter: 'AUTO' })
})

test('a PullPoint begins with the present state', async () => {
  const { topicSet } = await ask('getEventProperties')
  assert.ok(
    topicSet.ruleEngine?.cellMotionDetector?.motion ?? topicSet.ruleEngine?.CellMotionDetector?.Motion,
  )
  const created = await ask('createPullPointSubscription')
  assert.ok(created.terminationTime !== undefined)
  const { notificationMessage } = await ask('pullMessages', { messageLimit: 10 })
  const topics = notificationMessage.map((one: Answer) => one.topic._)
  assert.deepEqual(topics, ['tns1:RuleEngine/CellMotionDetector/Motion', 'tns1:VideoSource/MotionAlarm'])
  await ask('renew', {})
  await ask('unsubscribe')
})

/** From `20261123T120000.000Z`. */
const instantOf = (text = '') => Date.parse(text.replace(/^(....)(..)(..T..)(..)(..)/, '$1-$2-$3:$4:$5'))

test('what was recorded is found and replayed from the address that is told', {
  skip: missing('ffprobe'),
}, async () => {
  const items = await ask('getRecordings')
  assert.deepEqual(
    items.map((one: Answer) => [one.recordingToken, one.tracks.track.configuration.trackType]),
    [
      ['main', 'Video'],
      ['sub', 'Video'],
    ],
  )
  const uri: string = await ask('getReplayUri', { recordingToken: 'main', protocol: 'RTSP' })
  // As recorders do it: as fast as possible, each picture with its time.
  const player = new RtspTestClient(camera.ports.rtsp)
  const first = await until(
    'three seconds',
    async () => {
      const { body } = await player.ask('DESCRIBE', `${uri}?user=admin&password=${PASSWORD}`)
      const [from, to] = (/a=range:clock=(\S+)/.exec(body)?.[1] ?? '').split('-')
      return instantOf(to) - instantOf(from) > 3000 ? from : undefined
    },
    20_000,
  )
  const headers = { Require: 'onvif-replay', Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' }
  const set = await player.ask('SETUP', `${uri}/trackID=0`, headers)
  const Session = set.headers.get('session')!.split(';')[0]!
  const wish = { Session, Require: 'onvif-replay', 'Rate-Control': 'no', Range: `clock=${first}-` }
  assert.equal((await player.ask('PLAY', uri, wish)).status, 200)
  const times: number[] = []
  while (times.length < 30) {
    const { extension } = readRtpPacket(await player.frame(0))
    if (extension.length > 0) times.push(extension.readUInt32BE(4) + extension.readUInt32BE(8) / 2 ** 32)
  }
  player.socket.destroy()
  // A camera that has just begun leaves pictures out.
  const steps = times.slice(1).map((time, index) => time - times[index]!)
  const middle = steps.sort((one, other) => one - other)[14]!
  assert.ok(Math.abs(middle - 1 / 15) < 0.02, `${middle} s`)
  assert.ok(Math.abs((times[0]! - 2_208_988_800) * 1000 - instantOf(first)) < 1000)

  const withLogin = Object.assign(new URL(uri), { username: 'admin', password: PASSWORD })
  const probing = ['-v', 'error', '-rtsp_transport', 'tcp', '-show_entries', 'stream=width,height']
  const { stdout } = await run(tool('ffprobe'), [...probing, '-of', 'csv=p=0', withLogin.href])
  assert.match(stdout.toString(), /^1280,720/)
})

test('a wrong password and a guest who changes something are refused', async () => {
  const stranger = await connect('admin', 'wrong-1')
  await assert.rejects(ask('getProfiles', undefined, stranger), /not authorized/)
  await camera.one({
    cmd: 'AddUser',
    param: { User: { userName: 'viewer', password: 'viewer-1', level: 'guest' } },
  })
  const viewer = await connect('viewer', 'viewer-1')
  assert.equal((await ask('getProfiles', undefined, viewer)).length, 2)
  await assert.rejects(ask('deleteUsers', ['admin'], viewer), /not authorized/)
})

/** RFC 7616 with MD5, as recorders do it. */
function digestOf(challenge: string, method: string, address: string): string {
  const [, realm] = /Digest realm="([^"]*)"[^D]*algorithm=MD5/.exec(challenge) ?? []
  const [, nonce] = /nonce="([^"]*)"/.exec(challenge) ?? []
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const { pathname, search } = new URL(address)
  const secret = md5(`admin:${realm}:${PASSWORD}`)
  const response = md5(`${secret}:${nonce}:00000001:abc:auth:${md5(`${method}:${pathname}${search}`)}`)
  return `Digest username="admin", realm="${realm}", nonce="${nonce}", uri="${pathname}${search}", algorithm=MD5, qop=auth, nc=00000001, cnonce="abc", response="${response}"`
}
