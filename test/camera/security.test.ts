/** Published faults of such devices, tried on the whole camera (docs/design/security.md). */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, globSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { treeOf } from '../../bench/process-cost.ts'
import { TestClient } from '../../src/servers/rtmp/test-client.ts'
import { type Camera, PASSWORD, startCamera, until } from './kit.ts'

let camera: Camera
/** Milliseconds after which slow and silent connections were closed; they are there while everything else is tried. */
const slow: Promise<number>[] = []
/** How long a request took beside them. */
let answeredMs = Number.POSITIVE_INFINITY
before(async () => {
  camera = await startCamera()
  const head = 'POST /api.cgi HTTP/1.1\r\nHost: x\r\n'
  for (let count = 0; count < 60; count += 1) slow.push(silence(''))
  for (let count = 0; count < 30; count += 1) slow.push(silence(`${head}X-Slow: `))
  for (let count = 0; count < 10; count += 1) slow.push(silence(`${head}Content-Length: 1000\r\n\r\n[`))
  const started = performance.now()
  assert.equal((await camera.one({ cmd: 'GetOsd' })).code, 0)
  answeredMs = performance.now() - started
})
after(() => camera.stop())

const LOGIN_FIRST = { rspCode: -6, detail: 'please login first' }

/** A request as no browser or fetch would send it. */
function raw(
  method: string,
  path: string,
  { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(camera.url(''), { method, path, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      )
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

/** A connection that says so much and no more; gives how long it was borne with, in milliseconds. */
function silence(head: string): Promise<number> {
  return new Promise((resolve) => {
    const started = performance.now()
    const socket = connect(camera.ports.http, '127.0.0.1', () => socket.write(head))
    socket.on('error', () => undefined)
    socket.on('data', () => undefined)
    socket.once('close', () => resolve(performance.now() - started))
  })
}

/** Ports on which a program and those it has started listen. */
function listenersOf(pid: number) {
  const inodes = new Set(
    treeOf(pid).flatMap((one) =>
      readdirSync(`/proc/${one}/fd`).flatMap((fd) => {
        try {
          return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${one}/fd/${fd}`))?.[1] ?? []
        } catch {
          return []
        }
      }),
    ),
  )
  const ports = (table: string, isOpen: (state: string) => boolean) => {
    const rows = readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1)
    return rows.flatMap((row) => {
      const [, local = '', , state = '', , , , , , inode = ''] = row.trim().split(/\s+/)
      return isOpen(state) && inodes.has(inode) ? [Number.parseInt(local.split(':')[1]!, 16)] : []
    })
  }
  const LISTEN = '0A'
  return {
    tcp: ['tcp', 'tcp6'].flatMap((table) => ports(table, (state) => state === LISTEN)),
    udp: ['udp', 'udp6'].flatMap((table) => ports(table, () => true)),
  }
}

/** Of the certificate. */
async function fingerprintOf({ ports }: Camera): Promise<string> {
  const socket = connectTls({ port: ports.https, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}

for (const query of ['cmd=Login&token=null', 'cmd=Login', 'cmd=Login&cmd=GetUser']) {
  for (const cmd of ['GetUser', 'AddUser', 'Reboot', 'GetHddInfo', 'ExportCfg', 'Upgrade', 'Format']) {
    test(`CVE-2021-40404: ?${query} does not let ${cmd} in the body pass`, async () => {
      const [answer] = await camera.api(
        [{ cmd, param: { User: { userName: 'x', password: 'xxxxxx', level: 'admin' } } }],
        query,
      )
      assert.deepEqual(answer?.error, LOGIN_FIRST)
    })
  }
}

test('an unauthenticated batch gets one short entry', async () => {
  const answers = await camera.api([{ cmd: 'GetOsd' }, { cmd: 'GetEnc' }], 'token=none')
  assert.deepEqual(answers, [{ cmd: 'GetOsd', code: 1, error: LOGIN_FIRST }])
})

for (const userName of [null, 7, [], {}, true, '']) {
  test(`no login with a user name of ${JSON.stringify(userName)}`, async () => {
    const [answer] = await camera.api(
      [{ cmd: 'Login', param: { User: { userName, password: PASSWORD, loginType: 1 } } }],
      'cmd=Login',
    )
    assert.equal(answer?.code, 1)
  })
}

test('an unknown user and a wrong password get the same bytes', async () => {
  const text = async (userName: string) => {
    const body = JSON.stringify([{ cmd: 'Login', param: { User: { userName, password: 'wrong-password' } } }])
    return (await raw('POST', '/cgi-bin/api.cgi?cmd=Login', { body })).text
  }
  assert.equal(await text('admin'), await text('nobody'))
})

const hidden = [
  '/vedette.db',
  '/tls/key.pem',
  '/self.key',
  '/conf/nginx.conf',
  '/package.json',
  '/src/main.ts',
  '/.env',
  '/../package.json',
  '/..%2f..%2fpackage.json',
  '/%2e%2e/%2e%2e/package.json',
  '/assets/../../package.json',
  '/data/vedette.db',
]
for (const path of hidden) {
  test(`${path} is not served`, async () => {
    const { status, text } = await raw('GET', path)
    assert.equal(status, 404)
    assert.ok(text.length < 100)
  })
}

test('the content type of JSON goes by path, with everything a browser could misuse shut', async () => {
  const body = '[{"cmd":"<script>"}]'
  const cgi = await raw('POST', '/cgi-bin/api.cgi', { body })
  assert.equal(cgi.headers['content-type'], 'text/html')
  assert.equal(cgi.headers['x-content-type-options'], 'nosniff')
  assert.match(String(cgi.headers['content-security-policy']), /sandbox/)
  assert.ok(!cgi.text.includes('<'))
  const api = await raw('POST', '/%20api.cgi', { body })
  assert.equal(api.headers['content-type'], 'application/json; charset=utf-8')
})

test('the API is found under an escaped path and under an absolute address', async () => {
  const body = '[{"cmd":"GetOsd"}]'
  for (const path of ['/api%2ecgi', '/%63gi-bin/api.cgi', `http://camera.example:8080/api.cgi?token=null`]) {
    const { text } = await raw('POST', path, { body })
    assert.match(text, /please login first/, path)
  }
  assert.equal((await raw('GET', 'http://camera.example/')).status, 200)
})

test('GET reads and never changes', async () => {
  const login = `user=admin&password=${PASSWORD}`
  assert.equal((await raw('GET', `/api.cgi?cmd=GetOsd&channel=0&${login}`)).status, 200)
  for (const cmd of ['SetOsd', 'Reboot', 'AddUser', 'Login', 'Logout']) {
    assert.equal((await raw('GET', `/api.cgi?cmd=${cmd}&${login}`)).status, 405)
  }
  assert.equal((await raw('PUT', `/api.cgi?cmd=GetOsd&${login}`)).status, 405)
})

test('a body that is too large is refused without being read to its end', async () => {
  const { status } = await raw('POST', '/api.cgi', { body: `[${' '.repeat(300 * 1024)}]` })
  assert.equal(status, 413)
  assert.equal((await camera.one({ cmd: 'GetOsd' })).code, 0)
})

test('the page is sent with a strict policy', async () => {
  const { headers } = await raw('GET', '/')
  assert.match(String(headers['content-security-policy']), /default-src 'self'/)
  assert.doesNotMatch(String(headers['content-security-policy']), /script-src|unsafe-eval/)
  assert.equal(headers['x-frame-options'], 'DENY')
})

test('JSON that is nested, long, or many commands is refused at once', async () => {
  const token = `user=admin&password=${PASSWORD}`
  const nested = `${'['.repeat(5000)}${']'.repeat(5000)}`
  const many = JSON.stringify(Array.from({ length: 2000 }, () => ({ cmd: 'GetOsd' })))
  for (const body of ['[]', '{}', '[{}]', 'null', '', nested, many, `[{"cmd":"GetOsd","param":${nested}}]`]) {
    const { status, text } = await raw('POST', `/api.cgi?${token}`, { body })
    assert.ok(status < 500, `${status} for ${body.slice(0, 20)}`)
    assert.ok(text.length < 20_000)
  }
  assert.equal((await camera.one({ cmd: 'GetOsd' })).code, 0)
})

test('CVE-2023-45670, 2024-29192: nothing in a browser stands for a login, and no other site reads an answer', async () => {
  const headers = {
    Origin: 'https://evil.example',
    'Sec-Fetch-Site': 'cross-site',
    'Content-Type': 'text/plain',
    Cookie: 'token=1; user=admin; Authorization=1',
  }
  const body = JSON.stringify([{ cmd: 'SetOsd', param: { Osd: { osdTime: { enable: 0 } } } }])
  const sent = await raw('POST', '/api.cgi?cmd=SetOsd', { headers, body })
  assert.match(sent.text, /please login first/)
  const asked = await raw('OPTIONS', '/api.cgi?cmd=SetOsd', {
    headers: { ...headers, 'Access-Control-Request-Method': 'POST' },
  })
  const page = await raw('GET', '/', { headers })
  for (const answer of [sent, asked, page]) {
    const cors = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))
    assert.deepEqual([cors, answer.headers['set-cookie']], [[], undefined])
  }
})

test('CVE-2021-40419: nothing listens but the services', () => {
  const { tcp, udp } = listenersOf(camera.process.pid!)
  const { http, https, rtmp, rtsp, onvif, media } = camera.ports
  const expected = [http, https, rtmp, rtsp, onvif, media]
  assert.deepEqual(tcp.toSorted(), expected.toSorted())
  assert.deepEqual(udp, [])
})

test('no command makes the camera talk to itself', async () => {
  const { http } = camera.ports
  const Ftp = { server: '127.0.0.1', port: http, anonymous: 1, remoteDir: '' }
  const Email = {
    smtpServer: 'localhost',
    smtpPort: http,
    userName: 'u',
    password: 'p',
    ssl: 0,
    addr1: 'a@b.cd',
  }
  assert.equal((await camera.one({ cmd: 'TestFtp', param: { Ftp } })).error?.rspCode, -15)
  assert.equal((await camera.one({ cmd: 'TestEmail', param: { Email } })).error?.rspCode, -15)
  const Ntp = { enable: 1, server: '[::1]'.slice(1, -1), port: http, interval: 60 }
  assert.equal((await camera.one({ cmd: 'SetNtp', param: { Ntp } })).code, 0)
  await until('NTP refuses', () =>
    camera.log.find(({ detail }) => /time server ::1: ::1 is this machine/.test(String(detail))),
  )
  assert.equal((await camera.one({ cmd: 'SetNtp', param: { Ntp: { enable: 0 } } })).code, 0)
})

/** Looks at a stream in every way a client can show who it is. */
async function watchEverywhere(camera: Camera, credentials: string): Promise<void> {
  const stream = `channel0_main.bcs?channel=0&stream=0&${credentials}`
  const flv = await fetch(camera.url(`/flv?port=1935&app=bcs&stream=channel0_main.bcs&${credentials}`))
  await flv.body?.getReader().cancel()
  const rtmp = new TestClient({ port: camera.ports.rtmp })
  rtmp.play('bcs', stream)
  await rtmp.answer('onStatus').catch(() => undefined)
  rtmp.socket.destroy()
}

test('no password and no token is ever logged, on any level', { timeout: 60_000 }, async () => {
  const wrong = 'Wrong-guess-7'
  const source = 'Source-secret-9'
  const args = ['--log-level', 'trace', '--source', `rtsp://u:${source}@127.0.0.1:1/x`]
  const talkative = await startCamera({ args })
  try {
    const login = (password: string) =>
      talkative.one({ cmd: 'Login', param: { User: { userName: 'admin', password } } })
    const token = (await login(PASSWORD)).value.Token.name as string
    await talkative.api([{ cmd: 'GetOsd' }], `token=${token}`)
    await watchEverywhere(talkative, `token=${token}`)
    await watchEverywhere(talkative, `user=admin&password=${PASSWORD}`)
    await talkative.api([{ cmd: 'GetOsd' }], `user=admin&password=${wrong}`)
    await talkative.api([{ cmd: 'Login', param: { User: { userName: 'admin', password: wrong } } }], '')
    await watchEverywhere(talkative, `user=admin&password=${wrong}`)
    for (const said of ['refused', 'login failed'])
      await until(said, () => talkative.log.find(({ msg }) => msg === said))
    await until('the source to be lost', () => talkative.log.find(({ state }) => state === 'lost'))
    const text = JSON.stringify(talkative.log)
    for (const secret of [PASSWORD, token, wrong, source]) assert.ok(!text.includes(secret), secret)
  } finally {
    await talkative.stop()
  }
})

test('CVE-2021-36260, 2024-7029, 2025-60787: no name reaches a shell, whoever uses it afterwards, also after kill -9', {
  timeout: 60_000,
}, async () => {
  let other = await startCamera()
  const touched = join(other.dataDir, 'F')
  const shell = `$(touch ${touched})`
  const taken = new Set<string>()
  try {
    assert.notEqual(await fingerprintOf(other), await fingerprintOf(camera))
    const serialOf = async (one: Camera) => (await one.one({ cmd: 'GetDevInfo' })).value.DevInfo.serial
    assert.notEqual(await serialOf(other), await serialOf(camera))
    for (const name of [shell, '`touch F`', "';touch F;'", '|touch F', '%{pts}:x=1', 'a;touch F']) {
      const text = name.length > 31 ? '$(touch F)' : name
      const settings: readonly [cmd: string, param: object][] = [
        ['SetDevName', { DevName: { name: text } }],
        ['SetOsd', { Osd: { channel: 0, osdChannel: { enable: 1, name: text } } }],
        ['SetWifi', { Wifi: { ssid: name, password: name } }],
        ['Set3G', { '3G': { apn: 'a', userName: text, password: text } }],
        [
          'SetDdns',
          { Ddns: { enable: 1, domain: 'a.invalid', userName: text.replaceAll(':', ''), password: text } },
        ],
        ['SetFtp', { Ftp: { server: 'ftp.invalid', userName: text, password: text, remoteDir: name } }],
        ['SetPtzPreset', { PtzPreset: { channel: 0, id: 1, enable: 1, name: text } }],
        ['AddUser', { User: { userName: text, password: text.padEnd(6, '!').slice(0, 16), level: 'guest' } }],
      ]
      for (const [cmd, param] of settings) {
        const { error } = await other.one({ cmd, param })
        if (error === undefined) taken.add(cmd)
        // Refused or taken, but nothing else.
        assert.ok([undefined, -4, -22].includes(error?.rspCode), `${cmd} ${name}: ${error?.rspCode}`)
      }
      await other.snap()
    }
    const names = ['DevName', 'Osd', 'Wifi', '3G', 'Ddns', 'Ftp', 'PtzPreset'].map((name) => `Set${name}`)
    assert.deepEqual(taken, new Set([...names, 'AddUser']))
    await other.stop({ keepData: true, signal: 'SIGKILL' })
    other = await startCamera({ dataDir: other.dataDir })
    await other.snap()
    assert.equal(globSync('{F,**/F}', { cwd: other.dataDir }).length, 0)
    assert.equal(existsSync('F'), false)
  } finally {
    await other.stop()
  }
})

test('slow and silent connections are closed and hinder nobody', { timeout: 60_000 }, async () => {
  assert.ok(answeredMs < 2000)
  for (const ms of await Promise.all(slow)) assert.ok(ms < 35_000, `${ms} ms`)
})

// Last, because it locks this address out.
test('guessing through one door closes all of them for that address', async () => {
  const wrong = 'user=admin&password=wrong'
  for (let guess = 0; guess < 6; guess += 1) await raw('GET', `/api.cgi?cmd=GetOsd&${wrong}${guess}`)
  const forwarded = { 'X-Forwarded-For': '10.9.8.7' }
  const right = `user=admin&password=${PASSWORD}`
  const { text } = await raw('GET', `/api.cgi?cmd=GetOsd&${right}`, { headers: forwarded })
  assert.match(text, /"detail" : "login failed"/)
  const flv = await raw('GET', `/flv?port=1935&app=bcs&stream=channel0_main.bcs&${right}`)
  assert.equal(flv.status, 401)
})
