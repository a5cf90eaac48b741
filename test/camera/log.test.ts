/** The device log of the whole program: what gets into it, in which order, and what outlives a kill. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandLineOf, treeOf } from '../../bench/process-cost.ts'
import { type Camera, PASSWORD, startCamera, until } from './kit.ts'

interface Entry {
  readonly type: string
  readonly detail: string
  readonly userName: string
  readonly ip: string
}

async function entriesOf(camera: Camera): Promise<Entry[]> {
  const answer = await camera.one({ cmd: 'GetLog', param: { Log: { max: 1000 } } })
  assert.equal(answer.value.rspCode, 200)
  return (answer.value.Log as Entry[]).toReversed()
}

/** Oldest first. */
const detailsOf = async (camera: Camera) => (await entriesOf(camera)).map(({ detail }) => detail)

const setName = (name: string) => ({ cmd: 'SetOsd', param: { Osd: { osdChannel: { name } } } })
const loginWith = (password: string) => ({
  cmd: 'Login',
  param: { User: { userName: 'admin', password } },
})

/** kill -9 of all its processes at once. */
async function killAll(camera: Camera): Promise<void> {
  const ended = new Promise((resolve) => camera.process.once('exit', resolve))
  for (const pid of treeOf(camera.process.pid!)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It went with its parent.
    }
  }
  await ended
}

test('a login, a failure, a change and a reboot are in the log, in that order', async () => {
  const camera = await startCamera()
  try {
    assert.equal((await camera.one(loginWith('wrong-1'))).error?.rspCode, -7)
    assert.equal((await camera.one(loginWith(PASSWORD))).code, 0)
    await camera.one(setName('Porch'))
    const ready = camera.nextReady()
    await camera.one({ cmd: 'Reboot' })
    await ready
    const entries = await entriesOf(camera)
    const started = entries[0]?.detail
    assert.match(String(started), /^camera started, version v\d/)
    assert.deepEqual(
      entries.map(({ detail }) => detail),
      [
        started,
        'login failed',
        'login',
        'login without a session',
        'Osd.osdChannel.name changed',
        'reboot asked for',
        'camera stopped',
        started,
        'login without a session',
      ],
    )
    const reboot = entries.find(({ detail }) => detail === 'reboot asked for')
    assert.equal(reboot?.userName, 'admin')
    assert.equal(reboot?.ip, '127.0.0.1')
  } finally {
    await camera.stop()
  }
})

test('kill -9 costs at most the entries of the last second, and the next start says so', async () => {
  let camera = await startCamera()
  const { dataDir } = camera
  try {
    await camera.one(setName('Early'))
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await killAll(camera)
    camera = await startCamera({ dataDir })
    const details = await detailsOf(camera)
    assert.ok(details.includes('Osd.osdChannel.name changed'))
    assert.ok(details.includes('the camera had not been stopped: a crash or a power cut'))

    assert.equal((await camera.one({ cmd: 'DelLog' })).code, 0)
    await killAll(camera)
    camera = await startCamera({ dataDir })
    assert.deepEqual((await detailsOf(camera)).slice(0, 2), [
      'log cleared',
      'the camera had not been stopped: a crash or a power cut',
    ])
  } finally {
    await camera.stop()
  }
})

test('a crash of the engine and a lost source are in the log', async () => {
  const camera = await startCamera()
  try {
    const [engine] = treeOf(camera.process.pid!).filter((pid) => commandLineOf(pid).includes('engine'))
    process.kill(engine!, 'SIGKILL')
    const crashed = 'the video engine crashed (SIGKILL) and was restarted'
    await until('the crash', async () => ((await detailsOf(camera)).includes(crashed) ? true : undefined))
  } finally {
    await camera.stop()
  }
  const blind = await startCamera({ args: ['--source', 'rtsp://user:canary-7@127.0.0.1:9/x'] })
  try {
    const lost = await until('the loss', async () =>
      (await entriesOf(blind)).find(({ type }) => type === 'alarm'),
    )
    assert.match(lost.detail, /^video lost/)
    assert.doesNotMatch(JSON.stringify(await entriesOf(blind)), /canary/)
  } finally {
    await blind.stop()
  }
})

test('no password is in the log, on standard output or in the list of processes', async () => {
  const camera = await startCamera({ password: 'canary-admin' })
  try {
    const query = 'user=admin&password=canary-admin'
    const user = (userName: string, password: string) => ({ User: { userName, password } })
    await camera.api(
      [
        { cmd: 'AddUser', param: { User: { ...user('eve', 'canary-eve').User, level: 'admin' } } },
        { cmd: 'ModifyUser', param: user('eve', 'canary-eve2') },
        setName('canary-name'),
      ],
      query,
    )
    for (const login of [
      user('eve', 'canary-eve2'),
      user('eve', 'canary-bad'),
      user('canary-typed', 'eve'),
      user('x'.repeat(40), 'canary-long'),
    ]) {
      await camera.api([{ cmd: 'Login', param: login }], '')
    }
    await camera.api([{ cmd: 'GetOsd' }], 'user=canary-url&password=canary-url2')
    await camera.api([{ cmd: 'GetOsd' }], 'token=canary-token')
    await fetch(camera.url(`/flv?port=1935&app=bcs&stream=channel0_main.bcs&user=eve&password=canary-flv`))
    await camera.api([{ cmd: 'canary-command' }], query)
    const [answer] = await camera.api([{ cmd: 'GetLog', param: { Log: { max: 1000 } } }], query)
    const { Log } = answer!.value
    assert.ok(Log.length >= 8)
    assert.doesNotMatch(JSON.stringify(Log), /canary/)
    assert.doesNotMatch(JSON.stringify(camera.log), /canary/)
    const processes = treeOf(camera.process.pid!).map(commandLineOf)
    assert.ok(processes.length >= 3)
    assert.doesNotMatch(processes.join('\n'), /canary/)
  } finally {
    await camera.stop()
  }
})
