import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Abilities, type AbilityKey } from './ability.ts'

type Tree = Readonly<Record<string, { readonly permit: number; readonly ver: number }>>

const EVERYTHING: readonly AbilityKey[] = [
  'user',
  'auth',
  'online',
  'log',
  'email',
  'ftp',
  'ddns',
  'wifi',
  '3g',
  'p2p',
  'pppoe',
  'cloudStorage',
  'push',
  'upgrade',
  'reboot',
  'restore',
  'importCfg',
  'exportCfg',
  'sdCard',
  'ptzCtrl',
  'live',
  'snap',
  'osd',
  'enc',
  'devInfo',
  'time',
  'recDownload',
  'recReplay',
  'ptzPreset',
]

function tree(abilities: Abilities, level: 'admin' | 'guest'): Tree {
  const { abilityChn, ...device } = abilities.tree(level) as unknown as Tree & { abilityChn: Tree[] }
  return { ...device, ...abilityChn[0] }
}

test('a guest gets nothing of what reveals secrets or administers the camera', () => {
  const guest = tree(new Abilities(EVERYTHING, 1), 'guest')
  const hidden = EVERYTHING.slice(0, 20)
  for (const key of hidden) assert.equal(guest[key]?.permit, 0, key)
})

test('a guest may look at pictures and harmless settings, and change nothing', () => {
  const guest = tree(new Abilities(EVERYTHING, 1), 'guest')
  for (const key of EVERYTHING.slice(20)) assert.equal(guest[key]?.permit, 4, key)
})

test('what no part of the camera supports has version 0 and no right', () => {
  const abilities = new Abilities(['osd'], 1)
  const admin = tree(abilities, 'admin')
  assert.deepEqual(admin.osd, { permit: 6, ver: 1 })
  assert.deepEqual(admin.ftp, { permit: 0, ver: 0 })
  assert.ok(!abilities.permits('admin', { key: 'ftp', right: 'read' }))
})

test('every channel has its own branch', () => {
  assert.equal((new Abilities(['osd'], 3).tree('admin').abilityChn as unknown[]).length, 3)
})
