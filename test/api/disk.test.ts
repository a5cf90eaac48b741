/** GetHddInfo and Format as clients ask for them. */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())

interface Disk {
  readonly capacity: number
  readonly format: number
  readonly id: number
  readonly mount: number
  readonly size: number
}

const infoOf = async () => ((await api.one({ cmd: 'GetHddInfo' })).value as { HddInfo: Disk[] }).HddInfo
const format = (HddInfo: unknown, as = {}) => api.one({ cmd: 'Format', param: { HddInfo } }, as)

/** A recording, as the recorder will write it. */
function record(): string {
  const { recordings } = api.parts.volume as unknown as { recordings: string }
  const file = join(recordings, 'a.mp4')
  writeFileSync(file, 'x')
  return file
}

test('there is one disk, mounted and formatted, with its room in MiB', async () => {
  const [disk, ...others] = await infoOf()
  assert.deepEqual(others, [])
  const { capacity, size, ...flags } = disk!
  assert.deepEqual(flags, { format: 1, id: 0, mount: 1 })
  assert.ok(Number.isInteger(capacity) && Number.isInteger(size) && capacity >= size && size > 0)
  const { value } = await api.one({ cmd: 'GetDevInfo' })
  assert.equal((value as { DevInfo: { diskNum: number } }).DevInfo.diskNum, 1)
})

for (const given of [{ id: [0] }, { id: 0 }, { id: '0' }, { ' id': [0] }, { id: [0, 0] }]) {
  test(`Format takes ${JSON.stringify(given)}`, async () => {
    const file = record()
    assert.deepEqual((await format(given)).value, { rspCode: 200 })
    assert.ok(!existsSync(file))
    assert.equal((await infoOf())[0]?.mount, 1)
    const event = { type: 'disk', detail: 'disk 0 formatted', userName: 'admin', address: '127.0.0.1' }
    assert.deepEqual(api.events.at(-1), event)
  })
}

test('Format of a disk that is not there, or of none, erases nothing', async () => {
  const file = record()
  for (const id of [[1], [0, 1], 1, -1, [], 'x', null, {}, [[0]], [0.5]]) {
    assert.equal((await format({ id })).error?.rspCode, -4, JSON.stringify(id))
  }
  for (const section of [undefined, {}]) assert.equal((await format(section)).error?.rspCode, -23)
  assert.ok(existsSync(file))
})

test('a guest neither sees the disk nor formats it', async () => {
  const file = record()
  assert.equal((await api.one({ cmd: 'GetHddInfo' }, { token: api.guestToken })).error?.rspCode, -26)
  assert.equal((await format({ id: [0] }, { token: api.guestToken })).error?.rspCode, -26)
  assert.ok(existsSync(file))
})
