/** Reads the configuration file: one flat YAML mapping of option names to single values. */
import { existsSync, readFileSync } from 'node:fs'
import { CameraError, messageOf } from '../base/errors.ts'
import { nearest } from './nearest.ts'
import { environmentName, isTakenFrom, listOptions } from './schema.ts'

/** Read when it exists and no other file is named. */
export const DEFAULT_FILE = 'vedette.yaml'

/** The largest file that is looked at; a real one has a few hundred bytes. */
const MAX_SIZE_BYTES = 64 * 1024

/** The file that counts: the one asked for, else the default one if it is there. */
export function findFile(asked: string | undefined): string | undefined {
  return asked ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined)
}

/** Texts by option name. Errors: CameraError `bad-value` with a sentence that names the file. */
export async function readConfigFile(file: string): Promise<Map<string, string>> {
  const values = new Map<string, string>()
  for (const [key, value] of await parseYaml(file)) {
    checkKey(file, String(key))
    values.set(String(key), scalarText(file, String(key), value))
  }
  return values
}

async function parseYaml(file: string): Promise<Map<unknown, unknown>> {
  const text = readText(file)
  // Only loaded where a file exists: the supervisor keeps its memory small without it.
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text)
  const fault = document.errors[0]
  if (fault) {
    const line = fault.linePos?.[0].line ?? 1
    const what = fault.message.split(/ at line |\n/)[0]
    throw new CameraError(
      'bad-value',
      `The configuration file ${file} is not valid YAML in line ${line}: ${what}.`,
    )
  }
  const content: unknown = document.toJS({ mapAsMap: true })
  if (content === null) return new Map()
  if (content instanceof Map) return content
  throw new CameraError(
    'bad-value',
    `The configuration file ${file} must hold lines of the form "name: value", such as "http-port: 8080".`,
  )
}

function readText(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new CameraError(
      'bad-value',
      `The configuration file ${file} cannot be read: ${messageOf(error)}.`,
      error,
    )
  }
  if (text.length > MAX_SIZE_BYTES)
    throw new CameraError(
      'bad-value',
      `The configuration file ${file} is larger than ${MAX_SIZE_BYTES} bytes.`,
    )
  return text
}

function checkKey(file: string, key: string): void {
  const options = listOptions()
  const known = options.filter((entry) => isTakenFrom(entry, 'file')).map((entry) => entry.name)
  if (known.includes(key)) return
  if (options.some((entry) => entry.name === key))
    throw new CameraError(
      'bad-value',
      `The option ${key} cannot stand in the configuration file ${file}; use ${environmentName(key)} instead.`,
    )
  const meant = nearest(key, known)
  const hint = meant ? `did you mean ${meant}?` : `known are ${known.join(', ')}.`
  throw new CameraError('bad-value', `The configuration file ${file} has an unknown key "${key}"; ${hint}`)
}

function scalarText(file: string, key: string, value: unknown): string {
  const kind = listOptions().find(({ name }) => name === key)?.kind
  if (kind?.isStructured && typeof value === 'object' && value !== null) return JSON.stringify(value, plain)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  throw new CameraError(
    'bad-value',
    `The option ${key} (in ${file}) must have one value, such as "${key}: VALUE"; it has ${value === null ? 'none' : 'a list or a mapping'}.`,
  )
}

/** Mappings are read as maps, so that no key has a meaning of its own. */
function plain(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value
}
