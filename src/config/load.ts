/** Makes the configuration: command line over environment over YAML file over default. */
import { readFileSync } from 'node:fs'
import { CameraError, messageOf } from '../base/errors.ts'
import { findFile, readConfigFile } from './file.ts'
import { PASSWORD, PORT, PORT_OR_OFF } from './kinds.ts'
import { type Config, environmentName, isTakenFrom, listOptions, OPTIONS, type Option } from './schema.ts'

/** A text and the words that say where it stood. */
interface Found {
  readonly text: string
  readonly where: string
}

/**
 * `values` are the texts of the command line by option name.
 * Errors: CameraError `bad-value` whose message is one sentence for the person who starts the camera.
 */
export async function loadConfig(
  values: ReadonlyMap<string, string>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Config> {
  const asked = find(OPTIONS.configFile, values, environment, undefined)
  const configFile = findFile(asked && check(OPTIONS.configFile, asked))
  const file =
    configFile === undefined ? undefined : { name: configFile, values: await readConfigFile(configFile) }

  const entries = listOptions().map((entry) => {
    const found = find(entry, values, environment, file)
    return [entry.key, found ? check(entry, found) : entry.initial]
  })
  // The keys and the types of the values are those of the table by construction.
  const config = { ...Object.fromEntries(entries), configFile } as Config
  checkPorts(config)
  return { ...config, adminPassword: config.adminPassword ?? readPassword(config.adminPasswordFile) }
}

function find(
  entry: Option<unknown>,
  values: ReadonlyMap<string, string>,
  environment: Readonly<Record<string, string | undefined>>,
  file: { readonly name: string; readonly values: ReadonlyMap<string, string> } | undefined,
): Found | undefined {
  const { name } = entry
  const flag = values.get(name)
  if (flag !== undefined) return { text: flag, where: `--${name} (command line)` }
  const variable = environmentName(name)
  const set = environment[variable]
  // An empty variable counts as not set: compose files pass variables on that way.
  if (set !== undefined && set !== '' && isTakenFrom(entry, 'environment'))
    return { text: set, where: `${variable} (environment)` }
  const text = file?.values.get(name)
  return file && text !== undefined ? { text, where: `${name} (in ${file.name})` } : undefined
}

function check<T>(entry: Option<T>, found: Found): T {
  const value = read(entry, found)
  if (value !== undefined) return value
  const text = entry.kind.isSecret ? 'not acceptable' : JSON.stringify(found.text)
  throw new CameraError(
    'bad-value',
    `The option ${found.where} is ${text}; it must be ${entry.kind.expects}.`,
  )
}

function read<T>(entry: Option<T>, found: Found): T | undefined {
  try {
    return entry.kind.read(found.text)
  } catch (error) {
    throw new CameraError('bad-value', `The option ${found.where} is wrong: ${messageOf(error)}.`, error)
  }
}

function checkPorts(config: Config): void {
  const nameByPort = new Map<unknown, string>()
  for (const { key, kind, name } of listOptions()) {
    const port = config[key]
    if ((kind !== PORT && kind !== PORT_OR_OFF) || port === 0 || port === 'off') continue
    const other = nameByPort.get(port)
    if (other !== undefined)
      throw new CameraError(
        'bad-value',
        `The options ${other} and ${name} are both ${port}; each needs a port of its own.`,
      )
    nameByPort.set(port, name)
  }
}

function readPassword(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new CameraError(
      'bad-value',
      `The file of admin-password-file cannot be read: ${messageOf(error)}.`,
      error,
    )
  }
  const password = PASSWORD.read(text.split(/\r?\n/, 1)[0] ?? '')
  if (password !== undefined) return password
  throw new CameraError(
    'bad-value',
    `The first line of the file ${file} (admin-password-file) must be ${PASSWORD.expects}.`,
  )
}
