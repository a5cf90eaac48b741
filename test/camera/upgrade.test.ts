/** Upgrades of the whole program: packages of this working tree under other version numbers. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { treeOf } from '../../bench/process-cost.ts'
import { writeFeed } from '../../scripts/package-builder.ts'
import { openWorkshop } from '../firmware-packages.ts'
import { type Answer, type Camera, PASSWORD, startCamera, until } from './kit.ts'
import { measureJoin } from './viewer.ts'

const workshop = openWorkshop()
after(() => workshop.close())

const ADMIN = `user=admin&password=${PASSWORD}`
const TRIAL = ['--update-key', workshop.publicKey, '--upgrade-trial', '1']

const start = (args: readonly string[] = [], dataDir?: string) =>
  startCamera({ args: [...TRIAL, ...args], ...(dataDir === undefined ? {} : { dataDir }) })

async function upload(
  camera: Camera,
  content: Uint8Array,
  { filename = 'vedette.pak', query = ADMIN, clearConfig = 0 } = {},
): Promise<Answer> {
  const form = new FormData()
  form.append('upgrade-package', new Blob([content as Uint8Array<ArrayBuffer>]), filename)
  const url = camera.url(`/api.cgi?cmd=Upgrade&clearConfig=${clearConfig}&${query}`)
  const response = await fetch(url, { method: 'POST', body: form })
  return ((await response.json()) as Answer[])[0]!
}

const setName = (name: string) => ({ cmd: 'SetOsd', param: { Osd: { osdChannel: { name } } } })
const nameOf = async (camera: Camera) =>
  (await camera.one({ cmd: 'GetOsd', param: { channel: 0 } })).value.Osd.osdChannel.name
const versionOf = async (camera: Camera) =>
  (await camera.one({ cmd: 'GetDevInfo' })).value.DevInfo.firmVer.split('_')[0] as string
const statusOf = async (camera: Camera) => (await camera.one({ cmd: 'UpgradeStatus' })).value.Status
const present = `v${JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')).version}.0`

/** What the device log was told about upgrades. */
const notesOf = ({ log }: Camera) =>
  log.filter(({ type, msg }) => type === 'upgrade' && msg === 'event').map(({ detail }) => String(detail))

const proven = (camera: Camera) =>
  until('the trial is over', () => camera.log.find(({ msg }) => msg === 'the new version has proved itself'))

test('a package that is uploaded becomes the running version, with settings and viewers', async () => {
  const camera = await start()
  try {
    assert.equal(await versionOf(camera), present)
    await camera.one(setName('Garden'))
    const ready = camera.nextReady()
    assert.deepEqual((await upload(camera, await workshop.build('1.0.0'))).value, { rspCode: 200 })
    await ready
    assert.equal(await versionOf(camera), 'v1.0.0.0')
    assert.equal(await nameOf(camera), 'Garden')
    assert.deepEqual(await statusOf(camera), { Persent: 100, code: 0 })
    assert.ok((await measureJoin(camera.flvUrl('main'))) < 5000)
    await proven(camera)
    // The next one goes to the other slot; the first slot's version is refused by now.
    const next = camera.nextReady()
    assert.equal((await upload(camera, await workshop.build('1.1.0'))).code, 0)
    await next
    assert.equal(await versionOf(camera), 'v1.1.0.0')
    await until('the trial is over', () =>
      camera.log.filter(({ msg }) => msg === 'the new version has proved itself').length === 2
        ? true
        : undefined,
    )
    assert.equal((await upload(camera, await workshop.build('1.0.0'))).error?.rspCode, -3)
    assert.equal((await upload(camera, await workshop.build('1.1.0'))).error?.rspCode, -30)
    assert.deepEqual(await statusOf(camera), { Persent: 0, code: -30 })
    // It stays over a restart of everything.
    await camera.stop({ keepData: true })
    const again = await start([], camera.dataDir)
    assert.equal(await versionOf(again), 'v1.1.0.0')
    await again.stop()
  } finally {
    await camera.stop()
  }
})

test('with clearConfig the new version begins with factory settings; the log tells who did it', async () => {
  const camera = await start()
  try {
    const { serial } = (await camera.one({ cmd: 'GetDevInfo' })).value.DevInfo
    const before = await nameOf(camera)
    await camera.one(setName('Garden'))
    const ready = camera.nextReady()
    assert.equal((await upload(camera, await workshop.build('1.0.0'), { clearConfig: 1 })).code, 0)
    await ready
    assert.equal(await versionOf(camera), 'v1.0.0.0')
    assert.equal(await nameOf(camera), before)
    assert.equal((await camera.one({ cmd: 'GetDevInfo' })).value.DevInfo.serial, serial)
    assert.match(
      notesOf(camera).join(),
      /version 1\.0\.0 \(\d+\) is installed.*version 1\.0\.0 \(\d+\) is tried/,
    )
  } finally {
    await camera.stop()
  }
})

const CRASHES: readonly [string, Record<string, string>][] = [
  ['cannot be loaded', { 'src/camera.ts': 'throw new Error("broken on purpose")' }],
  ['cannot start', { 'src/camera.ts': 'export const createCamera = async () => { throw new Error("no") }' }],
  [
    'crashes soon after it is ready',
    {
      'src/camera.ts': `setTimeout(() => process.abort(), 300)
        export const createCamera = async () => ({ ports: { http: 1, https: 1, rtmp: 1 }, stop: async () => {} })`,
    },
  ],
  [
    'changes the database before it crashes',
    {
      'src/store/migrations/1000.sql': 'create table later (id integer primary key) strict;',
      'src/servers/http/certificate.ts':
        'export async function loadCertificate() { throw new Error("none") }',
    },
  ],
]

test('a version that does not stay up gives way to the former one, settings intact', async (t) => {
  const camera = await start()
  try {
    await camera.one(setName('Kept'))
    for (const [index, [what, instead]] of CRASHES.entries()) {
      await t.test(`one that ${what}`, async () => {
        const failed = () => camera.log.filter(({ msg }) => msg === 'a version is given up').length
        assert.equal((await upload(camera, await workshop.build(`2.${index}.0`, { instead }))).code, 0)
        await until('it is given up', () => (failed() > index ? true : undefined))
        await camera.nextReady()
        assert.equal(await versionOf(camera), present)
        assert.equal(await nameOf(camera), 'Kept')
        assert.deepEqual(await statusOf(camera), { Persent: 0, code: -13 })
        assert.match(notesOf(camera).at(-1) ?? '', /^version 2\.\d\.0 \(\d+\) is given up: /)
      })
    }
    assert.match(notesOf(camera).at(-1) ?? '', /the database is that of before$/)
    const { Log } = (await camera.one({ cmd: 'GetLog', param: { Log: { type: 'upgrade' } } })).value
    assert.match(Log[0].detail, /^version 2\.3\.0 .* is given up: .*the database is that of before$/)
  } finally {
    await camera.stop()
  }
})

test('a camera whose processes are all killed during an upgrade comes up with its settings', async () => {
  const rounds = 5
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-upgrade-'))
  const seen = new Set<string>()
  try {
    for (let round = 0; round < rounds; round += 1) {
      const camera = await start([], dataDir)
      const name = `Round ${round}`
      await camera.one(setName(name))
      const content = await workshop.build(`3.${round}.0`)
      const answer = upload(camera, content).catch(() => undefined)
      // The last kill waits for the answer, however slow the machine: that version is installed.
      const due = new Promise((resolve) => setTimeout(resolve, round * 250 + Math.random() * 250))
      await (round === rounds - 1 ? answer : due)
      const family = treeOf(camera.process.pid!)
      for (const pid of [camera.process.pid!, ...family]) kill(pid)
      await answer
      await camera.stop({ keepData: true })
      const after = await start([], dataDir)
      assert.equal(await nameOf(after), name)
      seen.add(await versionOf(after))
      // A version on trial would refuse the next one.
      const { trial } = JSON.parse(readState(dataDir))
      if (trial !== null) await proven(after)
      await after.stop({ keepData: true })
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
  assert.ok(seen.has(`v3.${rounds - 1}.0.0`), `only ${[...seen]} was ever seen`)
})

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended with the others.
  }
}

function readState(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, 'firmware/state.json'), 'utf8')
  } catch {
    return '{"trial":null}'
  }
}

test('an update server is asked, and its package installed', async () => {
  const folder = join(workshop.folder, 'feed')
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    response.end(readFileSync(join(folder, new URL(request.url!, 'http://x').pathname)))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const same = { version: present.slice(1, -2), build: '1' }
  writeFeed(folder, 'old.pak', await workshop.build(same.version, { build: same.build }), same)
  const camera = await start(['--update-url', url, '--allow-local-targets', 'yes'])
  try {
    const check = async () => (await camera.one({ cmd: 'CheckFirmware' })).value.newFirmware
    assert.equal(await check(), 0)
    assert.equal((await camera.one({ cmd: 'UpgradeOnline' })).error?.rspCode, -30)
    writeFeed(folder, 'new.pak', await workshop.build('4.0.0'), { version: '4.0.0', build: '26112200' })
    assert.equal(await check(), 1)
    assert.equal((await camera.one({ cmd: 'GetAbility' })).value.Ability.upgrade.ver, 2)
    const ready = camera.nextReady()
    assert.equal((await camera.one({ cmd: 'UpgradeOnline' })).code, 0)
    await ready
    assert.equal(await versionOf(camera), 'v4.0.0.0')
    assert.ok(requests >= 5)
  } finally {
    await camera.stop()
    server.close()
  }
})

test('pieces of 40960 bytes make a package, in order and of one upload', async () => {
  const camera = await start()
  try {
    const content = await workshop.build('5.0.0')
    const pieces = Array.from({ length: Math.ceil(content.length / 40_960) }, (_, number) =>
      content.subarray(number * 40_960, (number + 1) * 40_960),
    )
    const send = (number: number, id: string) =>
      upload(camera, pieces[number]!, {
        filename: `vedette.pak&${id}&${number}&${content.length}`,
        query: `${ADMIN}&file=upgrade-package`,
      })
    const codeOf = async (answer: Promise<Answer>) => {
      const { value, error } = await answer
      return value?.rspCode ?? error?.rspCode
    }
    assert.equal(await codeOf(send(1, 'one')), -4)
    assert.equal(await codeOf(send(0, 'one')), 200)
    assert.equal(await codeOf(send(2, 'one')), -4)
    assert.equal(await codeOf(send(1, 'one')), -4, 'the upload was dropped')
    assert.equal(await codeOf(send(0, 'two')), 200)
    assert.equal(await codeOf(send(1, 'three')), -4)
    const prepared = await camera.one({
      cmd: 'UpgradePrepare',
      action: 1,
      param: { restoreCfg: 0, fileName: 'vedette.pak' },
    })
    assert.equal(prepared.value.rspCode, 200)
    const ready = camera.nextReady()
    let last = 0
    for (const number of pieces.keys()) {
      assert.equal(await codeOf(send(number, 'four')), 200)
      if (number === pieces.length - 1) break
      const { Persent, code } = await statusOf(camera)
      assert.ok(code === 0 && Persent >= last && Persent <= 80)
      last = Persent
    }
    await ready
    assert.equal(await versionOf(camera), 'v5.0.0.0')
  } finally {
    await camera.stop()
  }
})

test('whoever may not upgrade, or sends something else, changes nothing', async () => {
  const camera = await start()
  try {
    await camera.one({
      cmd: 'AddUser',
      param: { User: { userName: 'visitor', password: 'secret1', level: 'guest' } },
    })
    const content = await workshop.build('6.0.0')
    const guest = { query: 'user=visitor&password=secret1' }
    const refusals: [string, () => Promise<Answer>, number][] = [
      ['a guest', () => upload(camera, content, guest), -26],
      ['nobody', () => upload(camera, content, { query: 'token=null' }), -6],
      ['JSON', () => camera.one({ cmd: 'Upgrade', param: {} }), -4],
      ['a file that is no package', () => upload(camera, new Uint8Array(100_000)), -3],
      ['a package that was cut', () => upload(camera, content.subarray(0, content.length - 1)), -3],
    ]
    for (const [what, answer, code] of refusals) {
      assert.equal((await answer()).error?.rspCode, code, what)
    }
    const one = async (cmd: object) => (await camera.one(cmd)).error?.rspCode
    assert.equal(await one({ cmd: 'CheckFirmware' }), -9)
    assert.equal(await one({ cmd: 'UpgradeOnline' }), -9)
    assert.equal(await one({ cmd: 'SetAutoUpgrade', AutoUpgrade: { enable: 1 } }), -9)
    assert.equal(await one({ cmd: 'UpgradePrepare', param: { fileName: 'x.zip' } }), -4)
    assert.equal((await camera.one({ cmd: 'GetAbility' })).value.Ability.upgrade.ver, 1)
    assert.equal(await versionOf(camera), present)
    assert.equal(camera.log.filter(({ msg }) => msg === 'ready').length, 1)
  } finally {
    await camera.stop()
  }
})
