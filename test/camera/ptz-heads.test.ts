/** Real heads behind the whole program: a serial port, and another camera that speaks ONVIF. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { missing } from '../tools.ts'
import { type Camera, PASSWORD, ROOT, startCamera, until } from './kit.ts'

const skip = missing('python3')
const USER = 'ptz user'
const SECRET = 'p@ss<word>'

const ptz = (camera: Camera, op: string, more: object = {}) =>
  camera.one({ cmd: 'PtzCtrl', param: { channel: 0, op, ...more } })

test('frames leave on the serial port, which SetPtzSerial sets', { skip }, async () => {
  const peer = spawn('python3', [join(ROOT, 'test/peers/serial-port.py')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  createInterface({ input: peer.stdout }).on('line', (line) => lines.push(line))
  let camera: Camera | undefined
  try {
    const port = await until('the port', () => lines.shift())
    camera = await startCamera({ args: ['--ptz', `pelco-d:${port}`] })
    assert.equal((await ptz(camera, 'Left', { speed: 32 })).code, 0)
    // B1200 and B9600 of termios are 9 and 13.
    assert.match(await until('a frame', () => lines.shift()), /^ff0100041f0024 9 cs8 1$/)
    const PtzSerial = { baudRate: 9600, ctrlAddr: 5, stopBit: 2 }
    assert.equal((await camera.one({ cmd: 'SetPtzSerial', param: { PtzSerial } })).code, 0)
    assert.equal((await ptz(camera, 'Stop')).code, 0)
    assert.match(await until('a frame', () => lines.shift()), /^ff050000000005 13 cs8 2$/)
    // Every frame a wire may have; this port has none, and takes them.
    for (const dataBit of ['CS5', 'CS6', 'CS7', 'CS8']) {
      for (const parity of ['odd', 'even', 'none']) {
        const PtzSerial = { dataBit, parity, baudRate: 2400 }
        assert.equal((await camera.one({ cmd: 'SetPtzSerial', param: { PtzSerial } })).code, 0, parity)
        const { value } = await camera.one({ cmd: 'GetPtzSerial' })
        assert.deepEqual({ ...value.PtzSerial, ...PtzSerial }, value.PtzSerial)
      }
    }
    assert.equal((await ptz(camera, 'Stop')).code, 0)
    assert.match(await until('a frame', () => lines.shift()), /^ff050000000005 11 cs8 2$/)
    const position = await camera.one({ cmd: 'GetPtzCurPos' })
    assert.equal(position.error?.rspCode, -9)
  } finally {
    peer.kill()
    await camera?.stop()
  }
})

test('a serial port that is not there: the camera starts, orders are refused', async () => {
  const camera = await startCamera({ args: ['--ptz', 'pelco-d:/dev/no-such-port'] })
  try {
    assert.equal((await ptz(camera, 'Left')).error?.rspCode, -15)
    const PtzSerial = { baudRate: 9600 }
    assert.equal((await camera.one({ cmd: 'SetPtzSerial', param: { PtzSerial } })).error?.rspCode, -15)
    assert.equal((await camera.one({ cmd: 'GetPtzSerial' })).value.PtzSerial.baudRate, 1200)
  } finally {
    await camera.stop()
  }
})

/** An ONVIF camera that checks digests and remembers what it was told. */
function onvifPeer(orders: string[]) {
  const answers: Readonly<Record<string, string>> = {
    GetCapabilities:
      '<tt:Media><tt:XAddr>http://10.9.8.7/media</tt:XAddr></tt:Media><tt:PTZ><tt:XAddr>http://10.9.8.7/ptz</tt:XAddr></tt:PTZ>',
    GetProfiles:
      '<trt:Profiles token="still"/><trt:Profiles fixed="true" token="moving"><tt:PTZConfiguration token="c"/></trt:Profiles>',
    SetPreset: '<tptz:PresetToken>A&amp;7</tptz:PresetToken>',
  }
  return createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const body = /<s:Body>(.*)<\/s:Body>/s.exec(text)?.[1] ?? ''
    const name = /^<\w+:(\w+)/.exec(body)?.[1] ?? ''
    const reply = (status: number, content: string) => {
      response.writeHead(status, { 'content-type': 'application/soap+xml' })
      response.end(`<?xml version="1.0"?><s:Envelope><s:Body>${content}</s:Body></s:Envelope>`)
    }
    if (name === 'GetSystemDateAndTime') {
      // One hour and a day ahead.
      const time = new Date(Date.now() + 25 * 3600 * 1000)
      const clock = `<tt:Time><tt:Hour>${time.getUTCHours()}</tt:Hour><tt:Minute>${time.getUTCMinutes()}</tt:Minute><tt:Second>${time.getUTCSeconds()}</tt:Second></tt:Time>`
      const date = `<tt:Date><tt:Year>${time.getUTCFullYear()}</tt:Year><tt:Month>${time.getUTCMonth() + 1}</tt:Month><tt:Day>${time.getUTCDate()}</tt:Day></tt:Date>`
      return reply(200, `<tt:UTCDateTime>${clock}${date}</tt:UTCDateTime>`)
    }
    const member = (tag: string) => new RegExp(`<\\w:${tag}(?:\\s[^>]*)?>([^<]*)<`).exec(text)?.[1] ?? ''
    const created = member('Created')
    const digest = createHash('sha1')
      .update(Buffer.from(member('Nonce'), 'base64'))
      .update(created)
      .update(SECRET)
    const late = Math.abs(Date.parse(created) - Date.now() - 25 * 3600 * 1000)
    if (member('Username') !== USER || member('Password') !== digest.digest('base64') || !(late < 5000)) {
      return reply(400, '<s:Fault><s:Reason><s:Text>not authorized</s:Text></s:Reason></s:Fault>')
    }
    if (request.url === '/ptz') orders.push(body)
    return reply(200, answers[name] ?? `<tptz:${name}Response/>`)
  })
}

test('a camera is the head of another one: what is ordered here turns, zooms and focuses there', async () => {
  const far = await startCamera()
  const there = `onvif:http://admin:${PASSWORD}@127.0.0.1:${far.ports.onvif}/`
  const near = await startCamera({ args: ['--ptz', there] }).catch(async (error) => {
    await far.stop()
    throw error
  })
  try {
    const position = async () => (await far.one({ cmd: 'GetPtzCurPos' })).value.PtzCurPos
    const focus = async () => (await far.one({ cmd: 'GetZoomFocus' })).value.ZoomFocus.focus.pos
    const order = async (op: string, more: object = {}) =>
      assert.equal((await ptz(near, op, { speed: 64, ...more })).code, 0, op)
    const PtzPreset = { id: 4, enable: 1 }
    const home = await position()
    assert.equal((await near.one({ cmd: 'SetPtzPreset', param: { PtzPreset } })).code, 0)
    for (const [op, moved] of [
      ['ZoomInc', (now: typeof home) => now.Zpos > home.Zpos + 20],
      ['Left', (now: typeof home) => now.Ppos < home.Ppos - 50],
      ['Up', (now: typeof home) => now.Tpos < home.Tpos - 10],
    ] as const) {
      await order(op)
      await until(op, async () => moved(await position()) || undefined)
      await order('Stop')
    }
    await order('ToPos', { id: 4 })
    await until('the preset', async () => {
      const { Ppos, Tpos, Zpos } = await position()
      return (Ppos === home.Ppos && Tpos === home.Tpos && Zpos === home.Zpos) || undefined
    })
    const sharp = await focus()
    await order('FocusInc')
    await until('FocusInc', async () => (await focus()) > sharp + 20 || undefined)
    await order('Stop')
    const AutoFocus = { disable: 1 }
    assert.equal((await near.one({ cmd: 'SetAutoFocus', param: { AutoFocus } })).code, 0)
    assert.equal((await far.one({ cmd: 'GetAutoFocus' })).value.AutoFocus.disable, 1)
  } finally {
    await near.stop()
    await far.stop()
  }
})

test('orders reach an ONVIF camera, with a digest instead of the password', async () => {
  const orders: string[] = []
  const peer = onvifPeer(orders)
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
  const { port } = peer.address() as AddressInfo
  const account = `${encodeURIComponent(USER)}:${encodeURIComponent(SECRET)}`
  const camera = await startCamera({
    args: ['--log-level', 'trace', '--ptz', `onvif:http://${account}@127.0.0.1:${port}/`],
  })
  try {
    for (const [op, more] of [
      ['RightUp', { speed: 32 }],
      ['ZoomDec', { speed: 64 }],
      ['Stop', {}],
    ] as const)
      assert.equal((await ptz(camera, op, more)).code, 0, op)
    const PtzPreset = { id: 3, enable: 1 }
    assert.equal((await camera.one({ cmd: 'SetPtzPreset', param: { PtzPreset } })).code, 0)
    assert.equal((await ptz(camera, 'ToPos', { id: 3, speed: 16 })).code, 0)
    const token = '<tptz:ProfileToken>moving</tptz:ProfileToken>'
    assert.deepEqual(orders, [
      `<tptz:ContinuousMove>${token}<tptz:Velocity><tt:PanTilt x="0.5" y="0.5"/></tptz:Velocity></tptz:ContinuousMove>`,
      `<tptz:ContinuousMove>${token}<tptz:Velocity><tt:Zoom x="-1"/></tptz:Velocity></tptz:ContinuousMove>`,
      `<tptz:Stop>${token}<tptz:PanTilt>true</tptz:PanTilt><tptz:Zoom>true</tptz:Zoom></tptz:Stop>`,
      `<tptz:SetPreset>${token}<tptz:PresetName>vedette 3</tptz:PresetName></tptz:SetPreset>`,
      `<tptz:GotoPreset>${token}<tptz:PresetToken>A&#38;7</tptz:PresetToken><tptz:Speed><tt:PanTilt x="0.25" y="0.25"/><tt:Zoom x="0.25"/></tptz:Speed></tptz:GotoPreset>`,
    ])
    assert.equal((await ptz(camera, 'FocusInc')).error?.rspCode, -9)
    peer.close()
    peer.closeAllConnections()
    assert.equal((await ptz(camera, 'Left')).error?.rspCode, -15)
    assert.ok(!JSON.stringify(camera.log).includes('word'))
  } finally {
    peer.close()
    await camera.stop()
  }
})
