/** Published faults of such devices, tried on the whole camera (docs/design/security.md). */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { TestClient } from '../../src/servers/rtmp/test-client.ts'
import { type Camera, PASSWORD, startCamera, until } from './kit.ts'

let camera: Camera
before(async () => {
  camera = await startCamera()
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

for (const query of ['cmd=Login&token=null', 'cmd=Login', 'cmd=Login&cmd=GetUser']) {
  for (const cmd of ['GetUser', 'AddUser', 'Reboot', 'GetOnline', 'SetOsd', 'ModifyUser']) {
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

test('slow and silent connections are closed and hinder nobody', { timeout: 60_000 }, async () => {
  const closed = (head: string) =>
    new Promise<number>((resolve) => {
      const started = performance.now()
      const socket = connect(camera.ports.http, '127.0.0.1', () => socket.write(head))
      socket.on('error', () => undefined)
      socket.on('data', () => undefined)
      socket.once('close', () => resolve(performance.now() - started))
    })
  const slow = [
    ...Array.from({ length: 60 }, () => closed('')),
    ...Array.from({ length: 30 }, () => closed('POST /api.cgi HTTP/1.1\r\nHost: x\r\nX-Slow: ')),
    ...Array.from({ length: 10 }, () =>
      closed('POST /api.cgi HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n['),
    ),
  ]
  const started = performance.now()
  assert.equal((await camera.one({ cmd: 'GetOsd' })).code, 0)
  assert.ok(performance.now() - started < 2000)
  for (const ms of await Promise.all(slow)) assert.ok(ms < 35_000, `${ms} ms`)
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
