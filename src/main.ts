/** The program: arguments → configuration → supervisor, and the web page built on the way. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemClock } from './base/clock.ts'
import { CameraError, messageOf } from './base/errors.ts'
import { parseArguments } from './config/arguments.ts'
import { loadConfig } from './config/load.ts'
import { renderHelp } from './config/render.ts'
import type { Config } from './config/schema.ts'
import { checkSource } from './engine/source/check.ts'
import { FirmwareBoot } from './firmware/boot.ts'
import { Supervisor } from './supervisor.ts'
import { createSupervisorLog, type SupervisorLog } from './supervisor-log.ts'
import { isWebStale, startWebBuild, type WebBuild } from './web-build.ts'

const ROOT = dirname(import.meta.dirname)

/** Resolves to the exit code: 0 after a wanted end, 1 if the camera cannot start, 2 for bad options. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const { wants, values } = parseArguments(args)
    if (wants === 'camera') return await supervise(await readConfig(values))
    process.stdout.write(wants === 'help' ? renderHelp(readVersion()) : `vedette ${readVersion()}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof CameraError)) throw error
    complain(error.message)
    return 2
  }
}

async function readConfig(values: ReadonlyMap<string, string>): Promise<Config> {
  const config = await loadConfig(values, process.env)
  try {
    checkSource(config.source)
  } catch (error) {
    const sentence = `The camera has nothing to look at: ${messageOf(error)}; give another source with --source.`
    throw new CameraError('bad-value', sentence, error)
  }
  return config
}

async function supervise(config: Config): Promise<number> {
  const log = createSupervisorLog(config.logLevel, (line) => process.stdout.write(line))
  // The password travels in the configuration, not in the environment of every child.
  const { VEDETTE_ADMIN_PASSWORD: _, ...inherited } = process.env
  // Kept with the code it is made from, so that nobody else can write it. See docs/design/processes.md.
  const environment = { NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compile'), ...inherited }
  let build: WebBuild | undefined
  const supervisor = new Supervisor({
    config,
    programs: new FirmwareBoot({
      dataDir: config.dataDir,
      installation: ROOT,
      trialMs: config.upgradeTrialS * 1000,
      clock: systemClock,
      log,
    }),
    installation: ROOT,
    environment,
    clock: systemClock,
    log,
    complain,
    ready: () => {
      build ??= prepareWeb(log)
    },
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => supervisor.stop())
  // A reader of the log that goes away must not end the camera.
  process.stdout.on('error', () => {})
  const exitCode = await supervisor.run()
  build?.stop()
  return exitCode
}

function prepareWeb(log: SupervisorLog): WebBuild | undefined {
  const excuse = (problem: string) =>
    log('warn', 'the web page could not be built; the camera works without it', { problem })
  try {
    if (!isWebStale(ROOT)) return undefined
    const build = startWebBuild(ROOT)
    build.done.then((result) =>
      result.ok ? log('info', 'the web page has been built') : excuse(result.problem),
    )
    return build
  } catch (error) {
    excuse(messageOf(error))
    return undefined
  }
}

function readVersion(): string {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version
}

function complain(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

process.exitCode = await main(process.argv.slice(2))
