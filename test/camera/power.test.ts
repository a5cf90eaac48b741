/** Restart, stop and failure of the whole program. */
import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { commandLineOf, treeOf } from '../../bench/process-cost.ts'
import { type Answer, addressesOf, type Camera, killAll, LOOPBACK, startCamera, until } from './kit.ts'
import { measureJoin } from './viewer.ts'

const setName = (name: string) => ({ cmd: 'SetOsd', param: { Osd: { osdChannel: { name } } } })
const nameOf = async (camera: Camera) =>
  (await camera.one({ cmd: 'GetOsd', param: { channel: 0 } })).value.Osd.osdChannel.name

const descendants = (pid: number) => treeOf(pid).filter((one) => one !== pid)

test('Reboot answers first, keeps the settings and voids the tokens', async () => {
  const camera = await startCamera()
  try {
    await camera.one(setName('Before'))
    const login = { cmd: 'Login', param: { User: { userName: 'admin', password: 'Vedette-1' } } }
    const token = (await camera.one(login)).value.Token.name as string
    const ready = camera.nextReady()
    const [answer] = await camera.api([{ cmd: 'Reboot' }], `token=${token}`)
    assert.deepEqual(answer, { cmd: 'Reboot', code: 0, value: { rspCode: 200 } })
    await ready
    assert.equal(await nameOf(camera), 'Before')
    const [after] = await camera.api([{ cmd: 'GetOsd' }], `token=${token}`)
    assert.equal(after?.error?.rspCode, -6)
    assert.ok((await measureJoin(camera.flvUrl('main'))) < 5000)
    // So does another norm, with whose frame rates it comes back.
    await camera.one({ cmd: 'SetEnc', param: { Enc: { mainStream: { frameRate: 30 } } } })
    const again = camera.nextReady()
    assert.equal((await camera.one({ cmd: 'SetNorm', param: { Norm: 'PAL' } })).code, 0)
    await again
    const enc = (await camera.one({ cmd: 'GetEnc', action: 1, param: { channel: 0 } })) as Answer & {
      range: { Enc: { mainStream: { frameRate: number[] } }[] }
    }
    assert.deepEqual(
      [enc.value.Enc.mainStream.frameRate, enc.range.Enc[0]?.mainStream.frameRate[0]],
      [25, 25],
    )
  } finally {
    await camera.stop()
  }
})

test('Shutdown answers first and ends the program with exit code 0', async () => {
  const camera = await startCamera()
  const ended = new Promise((resolve) => camera.process.once('exit', resolve))
  const answer = await camera.one({ cmd: 'Shutdown' })
  assert.deepEqual(answer.value, { rspCode: 200 })
  assert.equal(await ended, 0)
  await camera.stop()
})

test('SIGTERM stops everything within 3 s and leaves no process', async () => {
  const camera = await startCamera()
  const family = descendants(camera.process.pid!)
  assert.ok(family.length >= 2)
  const started = performance.now()
  await camera.stop()
  assert.ok(performance.now() - started < 3000)
  assert.deepEqual(
    family.filter((pid) => commandLineOf(pid).includes('src/')),
    [],
  )
})

test('a crash of the camera process is over within seconds, settings kept', async () => {
  const camera = await startCamera()
  try {
    await camera.one(setName('Kept'))
    const [victim] = descendants(camera.process.pid!).filter((pid) =>
      commandLineOf(pid).includes('camera-process'),
    )
    const ready = camera.nextReady()
    process.kill(victim!, 'SIGKILL')
    await ready
    assert.equal(await nameOf(camera), 'Kept')
  } finally {
    await camera.stop()
  }
})

test('a crash of the engine costs a viewer less than a second and not its connection', async () => {
  const camera = await startCamera()
  try {
    await measureJoin(camera.flvUrl('main'))
    const response = await fetch(camera.flvUrl('main'))
    const reader = response.body!.getReader()
    await reader.read()
    const [victim] = descendants(camera.process.pid!).filter((pid) => commandLineOf(pid).includes('engine'))
    process.kill(victim!, 'SIGKILL')
    let longest = 0
    let last = performance.now()
    const until4 = last + 4000
    while (performance.now() < until4) {
      const { done } = await reader.read()
      assert.equal(done, false)
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }
    assert.ok(longest < 1000, `${longest} ms without a picture`)
    await reader.cancel()
  } finally {
    await camera.stop()
  }
})

test('what was answered with 200 is there after kill -9', { timeout: 120_000 }, async () => {
  let camera = await startCamera()
  const { dataDir } = camera
  try {
    for (let round = 0; round < 8; round += 1) {
      assert.equal((await camera.one(setName(`Round ${round}`))).code, 0)
      await killAll(camera)
      camera = await startCamera({ dataDir })
      assert.equal(await nameOf(camera), `Round ${round}`)
    }
  } finally {
    await camera.stop()
  }
})

/** The program's last words and exit code. */
async function failure(args: readonly string[]): Promise<string> {
  try {
    const camera = await startCamera({ args })
    await camera.stop()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('the camera started')
}

test('a port in use, a missing source and bad options are told in one sentence', async () => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => blocker.once('listening', resolve))
  const { port } = blocker.address() as AddressInfo
  try {
    const cases: readonly [args: readonly string[], words: RegExp][] = [
      [['--http-port', String(port)], new RegExp(`^exit 1: .*${port}.*in use`)],
      [['--source', 'file:/does/not/exist.mp4'], /^exit 2: .*\/does\/not\/exist\.mp4/],
      [['--source', 'quux:1'], /^exit 2: .*--source.*for example/],
      [['--htp-port', '1'], /^exit 2: .*--http-port/],
    ]
    for (const [args, expected] of cases) {
      const words = await failure(args)
      assert.match(words, expected)
      assert.match(words, /^[^\n]+\n?$/)
    }
  } finally {
    blocker.close()
  }
})

test('without a password the camera listens on this machine only, and opens when it gets one', async () => {
  const camera = await startCamera({ password: '' })
  try {
    const listening = () => addressesOf(camera.ports.http)
    assert.deepEqual(listening(), [LOOPBACK])
    const answer = await camera.one({
      cmd: 'ModifyUser',
      param: { User: { userName: 'admin', password: 'Vedette-1' } },
    })
    assert.equal(answer.code, 0)
    await until('the port to open', () => (listening().includes(LOOPBACK) ? undefined : true))
    assert.equal(listening().length, 1)
    const [refused] = await camera.api([{ cmd: 'GetOsd' }], 'user=admin&password=')
    assert.equal(refused?.error?.rspCode, -7)
    const [allowed] = await camera.api([{ cmd: 'GetOsd' }], 'user=admin&password=Vedette-1')
    assert.equal(allowed?.code, 0)
  } finally {
    await camera.stop()
  }
})
