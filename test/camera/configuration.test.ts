/** Export, Restore and Import of the whole program, and what a power cut makes of them. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { COMMANDS } from '../../src/api/commands/index.ts'
import { addressesOf, type Camera, killAll, LOOPBACK, PASSWORD, startCamera } from './kit.ts'
import { measureJoin } from './viewer.ts'

const PASSPHRASE = 'correct horse 00'
const CANARY = 'Canary-4711'
const FACTORY_NAME = 'Camera1'

const setName = (name: string) => ({ cmd: 'SetOsd', param: { Osd: { osdChannel: { name } } } })
const addUser = (userName: string) => ({
  cmd: 'AddUser',
  param: { User: { userName, password: CANARY, level: 'guest' } },
})
const nameOf = async (camera: Camera, login?: string) => {
  const [answer] = await camera.api([{ cmd: 'GetOsd' }], login)
  return answer?.value?.Osd.osdChannel.name
}
const namesOf = async (camera: Camera) => {
  const { User: users } = (await camera.one({ cmd: 'GetUser' })).value
  return users.map(({ userName }: { userName: string }) => userName)
}

/** What every Get without parameters answers, but for what passes with time, and ports that are picked at each start. */
const PASSING = new Set([
  'GetOnline',
  'GetLog',
  'GetTime',
  'GetPerformance',
  'GetHddInfo',
  'GetNetPort',
  'GetRtspUrl',
])
const GETS = COMMANDS.filter(
  ({ name, kind }) => kind === 'get' && name.startsWith('Get') && !PASSING.has(name),
)
const answersOf = (camera: Camera) => camera.api(GETS.map(({ name: cmd }) => ({ cmd, action: 0 })))

async function tokenOf(camera: Camera): Promise<string> {
  const login = { cmd: 'Login', param: { User: { userName: 'admin', password: PASSWORD } } }
  return (await camera.one(login)).value.Token.name
}

async function exportOf(camera: Camera, passphrase?: string): Promise<Uint8Array> {
  const query = passphrase === undefined ? '' : `&passphrase=${encodeURIComponent(passphrase)}`
  const response = await fetch(camera.url(`/api.cgi?cmd=ExportCfg&user=admin&password=${PASSWORD}${query}`))
  assert.equal(response.headers.get('content-type'), 'application/octet-stream')
  assert.equal(response.headers.get('content-disposition'), 'attachment;filename="config.tgz"')
  const file = new Uint8Array(await response.arrayBuffer())
  assert.equal(response.headers.get('content-length'), String(file.length))
  return file
}

async function importInto(camera: Camera, file: Uint8Array<ArrayBuffer>, query: string) {
  const form = new FormData()
  form.append('config-file', new Blob([file], { type: 'application/gzip' }), 'config.tgz')
  const response = await fetch(camera.url(`/api.cgi?cmd=ImportCfg&${query}`), { method: 'POST', body: form })
  return ((await response.json()) as { error?: { rspCode: number } }[])[0]
}

const certificateOf = (camera: Camera) => readFileSync(join(camera.dataDir, 'tls/certificate.pem'), 'utf8')
const serialOf = async (camera: Camera) => (await camera.one({ cmd: 'GetDevInfo' })).value.DevInfo.serial

test('Export, Restore and Import bring back what was there', { timeout: 60_000 }, async () => {
  const camera = await startCamera()
  try {
    await camera.one(setName('Garden'))
    await camera.one({ cmd: 'SetEnc', param: { Enc: { audio: 1, subStream: { bitRate: 256 } } } })
    await camera.one(addUser('gardener'))
    const before = await answersOf(camera)
    const [certificate, serial] = [certificateOf(camera), await serialOf(camera)]
    const token = await tokenOf(camera)
    const file = await exportOf(camera, PASSPHRASE)

    const ready = camera.nextReady()
    const [answer] = await camera.api([{ cmd: 'Restore' }], `token=${token}`)
    assert.deepEqual(answer, { cmd: 'Restore', code: 0, value: { rspCode: 200 } })
    await ready
    assert.equal(await nameOf(camera), FACTORY_NAME)
    assert.deepEqual(await namesOf(camera), ['admin'])
    assert.equal((await camera.api([{ cmd: 'GetOsd' }], `token=${token}`))[0]?.error?.rspCode, -6)
    assert.notEqual(certificateOf(camera), certificate)
    assert.equal(await serialOf(camera), serial)
    assert.ok(!existsSync(join(camera.dataDir, 'factory-reset')))
    const entries = camera.log.filter(({ detail }) => detail === 'restored to factory settings')
    assert.deepEqual(
      entries.map(({ userName, address }) => ({ userName, address })),
      [{ userName: 'admin', address: '127.0.0.1' }],
    )

    const query = `token=${await tokenOf(camera)}&passphrase=${encodeURIComponent(PASSPHRASE)}&users=1`
    assert.deepEqual(await importInto(camera, Uint8Array.from(file), query), {
      cmd: 'ImportCfg',
      code: 0,
      value: { rspCode: 200 },
    })
    assert.deepEqual(await answersOf(camera), before)
    assert.equal(await nameOf(camera, `user=gardener&password=${CANARY}`), 'Garden')
  } finally {
    await camera.stop()
  }
})

test('an export tells no password, with a passphrase neither', { timeout: 60_000 }, async () => {
  const camera = await startCamera()
  try {
    await camera.one(addUser('canary'))
    for (const passphrase of [undefined, PASSPHRASE]) {
      const text = gunzipSync(await exportOf(camera, passphrase)).toString('latin1')
      assert.ok(text.includes('"canary"'))
      for (const secret of [CANARY, PASSWORD, 'scrypt$', PASSPHRASE])
        assert.ok(!text.includes(secret), secret)
    }
    assert.ok(!JSON.stringify(camera.log).includes(PASSPHRASE))
  } finally {
    await camera.stop()
  }
})

test('viewers stay connected while a configuration is imported', { timeout: 60_000 }, async () => {
  const camera = await startCamera()
  try {
    const file = await exportOf(camera)
    await camera.one(setName('Changed'))
    await measureJoin(camera.flvUrl('main'))
    const response = await fetch(camera.flvUrl('main'))
    const reader = response.body!.getReader()
    await reader.read()
    const answer = await importInto(camera, Uint8Array.from(file), `token=${await tokenOf(camera)}`)
    assert.equal(answer?.error, undefined)
    const end = performance.now() + 1500
    let bytes = 0
    while (performance.now() < end) {
      const { done, value } = await reader.read()
      assert.equal(done, false)
      bytes += value!.length
    }
    assert.ok(bytes > 10_000, `${bytes} bytes`)
    assert.equal(await nameOf(camera), FACTORY_NAME)
    await reader.cancel()
  } finally {
    await camera.stop()
  }
})

test('killed after the answer of Restore the camera is a factory one, and not open', {
  timeout: 120_000,
}, async () => {
  // From at once to the middle of the restart.
  for (const delayMs of [0, 100, 250, 400, 700]) {
    // Its password is not one from outside, which would come back.
    const first = await startCamera({ password: '' })
    const { dataDir } = first
    await first.one({ cmd: 'ModifyUser', param: { User: { userName: 'admin', password: PASSWORD } } })
    const login = `user=admin&password=${PASSWORD}`
    await first.api([setName('Before'), addUser('before')], login)
    assert.equal(await nameOf(first, login), 'Before')
    const [device] = await first.api([{ cmd: 'GetDevInfo' }], login)
    const [answer] = await first.api([{ cmd: 'Restore' }], login)
    assert.equal(answer?.code, 0)
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    await killAll(first)
    const camera = await startCamera({ dataDir, password: '' })
    try {
      assert.deepEqual(addressesOf(camera.ports.http), [LOOPBACK])
      assert.equal(await nameOf(camera), FACTORY_NAME)
      assert.deepEqual(await namesOf(camera), ['admin'])
      assert.equal(await serialOf(camera), device?.value.DevInfo.serial)
      assert.ok(!existsSync(join(dataDir, 'factory-reset')))
    } finally {
      await camera.stop()
    }
  }
})

test('killed in the middle of an import the camera has all of the file or nothing', {
  timeout: 120_000,
}, async () => {
  let camera = await startCamera()
  const { dataDir } = camera
  const found = new Set<string>()
  try {
    await camera.one(setName('In the file'))
    await camera.one(addUser('file'))
    const file = Uint8Array.from(await exportOf(camera, PASSPHRASE))
    // The passphrase takes about 100 ms, the rest a few; the last round is killed after the answer.
    for (const delayMs of [20, 95, 105, 115, 130, undefined]) {
      await camera.one(setName('Before'))
      await camera.one({ cmd: 'DelUser', param: { User: { userName: 'file' } } })
      await camera.one(addUser('before'))
      const query = `token=${await tokenOf(camera)}&passphrase=${encodeURIComponent(PASSPHRASE)}&users=1`
      const answer = importInto(camera, file, query).catch(() => undefined)
      await (delayMs === undefined ? answer : new Promise((resolve) => setTimeout(resolve, delayMs)))
      await killAll(camera)
      const wasAnswered = (await answer) !== undefined
      camera = await startCamera({ dataDir })
      const state = [await nameOf(camera), ...(await namesOf(camera))].join()
      assert.ok(['In the file,admin,file', 'Before,admin,before'].includes(state), state)
      if (wasAnswered) assert.equal(state, 'In the file,admin,file')
      found.add(state)
    }
    assert.equal(found.size, 2)
  } finally {
    await camera.stop()
  }
})
