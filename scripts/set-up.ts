/**
 * Installs the programs some tests need (test/tools.ts) through apt-get, where that is possible: on Debian
 * and its relatives, as root or with sudo that asks for no password.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { find, TOOLS, type Tool, type ToolName } from '../test/tools.ts'

/** A slow mirror must not eat the time of the tests. */
const LIMIT_MS = 240_000

/** Tries to install what is missing; returns what is still missing afterwards. Says what it does in one line. */
export function setUp(): ToolName[] {
  const absent = missingTools()
  if (absent.length === 0) return []
  const prefix = rootPrefix()
  if (prefix === undefined) return absent
  const packages = [...new Set(absent.map((name): Tool => TOOLS[name]).flatMap(packagesOf))]
  if (packages.length === 0) return absent
  console.log(`Installing ${packages.join(', ')} …`)
  const { stderr } = aptGet(prefix, ['update']).ok ? aptGet(prefix, ['install', ...packages]) : { stderr: '' }
  const still = missingTools()
  if (still.length > 0 && stderr !== '') console.log(stderr.trim().split('\n').slice(-3).join('\n'))
  return still
}

/** Nobody's machine shall get a service because of our tests. */
function packagesOf({ packages, isService = false }: Tool): readonly string[] {
  return isService && existsSync('/run/systemd/system') ? [] : packages
}

function missingTools(): ToolName[] {
  return (Object.keys(TOOLS) as ToolName[]).filter((name) => find(name) === undefined)
}

/** What stands before a command to run it as root; undefined where that or apt-get is not to be had. */
function rootPrefix(): string[] | undefined {
  if (!succeeds('apt-get', ['--version'])) return undefined
  if (process.getuid?.() === 0) return []
  return succeeds('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined
}

function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

function aptGet(prefix: readonly string[], args: readonly string[]): { ok: boolean; stderr: string } {
  const quiet = [
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-qq',
    '--yes',
    '--no-install-recommends',
  ]
  const [program, ...rest] = [...prefix, ...quiet, ...args]
  const { status, stderr } = spawnSync(program!, rest, { timeout: LIMIT_MS, encoding: 'utf8' })
  return { ok: status === 0, stderr }
}
