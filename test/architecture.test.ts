/** The rules of the house, read from the import lines (docs/design/architecture.md). */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const sources = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))

/** What a folder may import besides itself. Type-only imports may also reach the folders after `types`. */
const ARROWS: Readonly<
  Record<string, { readonly code: readonly string[]; readonly types?: readonly string[] }>
> = {
  base: { code: [] },
  camera: { code: [] },
  backup: { code: ['base'] },
  auth: { code: ['base'], types: ['store', 'system/log-event.ts'] },
  config: { code: ['base', 'engine/source/specification.ts', 'ptz/specification.ts'] },
  store: { code: ['base'] },
  ptz: { code: ['base', 'engine/head'] },
  media: { code: ['base'] },
  engine: { code: ['base', 'media', 'motion'] },
  api: {
    code: [
      'base',
      'backup',
      'auth/types.ts',
      'media/packet.ts',
      'engine/protocol.ts',
      'engine/factory-settings.ts',
      'system/log-event.ts',
      'ptz/limits.ts',
      'ptz/operations.ts',
    ],
    types: [
      ...[
        'alarm',
        'auth',
        'engine',
        'media',
        'motion',
        'network',
        'ptz',
        'recorder',
        'storage',
        'store',
        'system',
      ],
      'servers/service-ports.ts',
    ],
  },
  firmware: {
    code: ['base', 'store/move-database.ts'],
    types: ['api/parts.ts', 'supervisor-log.ts'],
  },
  alarm: {
    code: ['base', 'media', 'recorder/file.ts', 'recorder/ring.ts'],
    types: ['api/parts.ts', 'store', 'system/log-event.ts'],
  },
  cloud: { code: ['base'], types: ['alarm', 'store', 'system/log-event.ts'] },
  motion: { code: ['base', 'alarm/event.ts'] },
  network: { code: ['base'], types: ['api', 'servers/service-ports.ts', 'system'] },
  storage: { code: ['base'], types: ['system/log-event.ts'] },
  recorder: { code: ['base', 'media', 'store/motion.ts'], types: ['api', 'store'] },
  system: { code: ['base'], types: ['api/parts.ts', 'engine/protocol.ts', 'store'] },
  'servers/onvif': {
    code: ['base', 'media', 'api', 'servers', 'ptz/limits.ts', 'engine/sound-rate.ts', 'engine/protocol.ts'],
    types: ['auth', 'alarm/event.ts'],
  },
  servers: { code: ['base', 'media'], types: ['auth', 'api', 'alarm/event.ts'] },
  'servers/http': { code: ['base', 'media', 'api', 'servers'], types: ['auth'] },
}

interface Import {
  readonly from: string
  readonly to: string
  readonly typesOnly: boolean
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?[^'"]*?from\s+'(\.[^']+)'/gms)
  return [...statements].map(([, type, path]) => ({
    from: relative('src', file),
    to: relative('src', normalize(join(dirname(file), path!))),
    typesOnly: type !== undefined,
  }))
}

function roomOf(file: string): string | undefined {
  const rooms = Object.keys(ARROWS).filter((room) => file.startsWith(`${room}/`))
  return rooms.sort((one, other) => other.length - one.length)[0]
}

function isAllowed({ from, to, typesOnly }: Import): boolean {
  const room = roomOf(from)
  // Files directly in src and in camera are the composition: they see everything.
  if (room === undefined || room === 'camera') return true
  const { code, types = [] } = ARROWS[room]!
  const open = [room, ...code, ...(typesOnly ? types : [])]
  return open.some((target) => to === target || to.startsWith(`${target}/`))
}

test('imports run one way', () => {
  const wrong = sources.flatMap(importsOf).filter((line) => !isAllowed(line))
  assert.deepEqual(
    wrong.map(({ from, to }) => `${from} → ${to}`),
    [],
  )
})

test('every folder of src has its rule', () => {
  const folders = new Set(
    sources
      .map((file) => file.split('/'))
      .filter((path) => path.length > 2)
      .map((path) => path[1]),
  )
  assert.deepEqual(
    [...folders].filter((folder) => !Object.hasOwn(ARROWS, folder!)),
    [],
  )
})

test('no folder is a drawer for everything', () => {
  assert.deepEqual(
    sources.filter((file) => /(?:^|\/)(?:utils?|helpers?|misc|common)(?:\/|\.ts$)/.test(file)),
    [],
  )
})

test('the web page takes nothing but types from src', () => {
  const lines = globSync('web/src/**/*.{ts,tsx}', { cwd: root }).flatMap(importsOf)
  const outside = lines.filter(({ to }) => !to.startsWith('../web/src/'))
  assert.deepEqual(
    outside.filter(({ to, typesOnly }) => to.startsWith('../') || !typesOnly),
    [],
  )
})

/** What starts a program without a shell. */
const STARTERS: ReadonlySet<string | undefined> = new Set(['spawn', 'fork', 'spawnSync', 'execFileSync'])

/** The code a text takes from node:child_process; any form but a list of names is given back as it stands. */
function startersIn(text: string): (string | undefined)[] {
  const list = /^import (type )?\{([^}]*)\} from 'node:child_process'$/gm
  const others = text.replaceAll(list, '').match(/.*['"`](?:node:)?child_process['"`].*/g) ?? []
  const names = [...text.matchAll(list)].flatMap(([, type, all]) => (type ? [] : all!.split(',')))
  const code = names.map((name) => name.trim()).filter((name) => name !== '' && !name.startsWith('type '))
  return [...others, ...code.map((name) => name.split(' ')[0])]
}

test('no child process goes through a shell', () => {
  const wrong = sources.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const starters = startersIn(text).filter((name) => !STARTERS.has(name))
    return [...starters, ...(text.match(/shell:(?! false).*/g) ?? [])].map((what) => `${file}: ${what}`)
  })
  assert.deepEqual(wrong, [])
})

test('the rule about shells sees every way round it', () => {
  assert.deepEqual(startersIn("import { type ChildProcess, spawn } from 'node:child_process'"), ['spawn'])
  assert.deepEqual(startersIn("import type { ChildProcess } from 'node:child_process'"), [])
  assert.deepEqual(startersIn("import {\n  exec as spawn,\n} from 'node:child_process'"), ['exec'])
  for (const form of [
    "import * as childProcess from 'node:child_process'",
    "import childProcess from 'child_process'",
    "const { exec } = await import('node:child_process')",
    'const { exec } = process.getBuiltinModule("node:child_process")',
  ])
    assert.deepEqual(startersIn(form), [form])
})

test('only the engine loads the media library', () => {
  const users = sources.filter((file) => /from 'node-av/.test(readFileSync(join(root, file), 'utf8')))
  assert.deepEqual(
    users.filter((file) => !file.startsWith('src/engine/')),
    [],
  )
})

test('no source is longer than 400 lines', () => {
  const lines = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length
  assert.deepEqual(
    sources.filter((file) => lines(file) > 400),
    [],
  )
})
