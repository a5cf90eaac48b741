/** What stands in a configuration file, printed and read (docs/design/configuration-files.md). Pure. */
import { packArchive, refusal, refuse, unpackArchive } from './archive.ts'
import { type Seal, seal, unseal } from './seal.ts'

const FORMAT = 'vedette-configuration'
const VERSION = 1
/** Nothing of ours is nested so deeply. */
const MAX_DEPTH = 32
/** Names by which a parsed text could reach into the prototypes of objects. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype'])

type Values = Readonly<Record<string, unknown>>

export interface ListedUser {
  readonly name: string
  readonly level: string
  readonly builtIn: boolean
}

/** The open part. */
export interface Configuration {
  readonly product: string
  /** Firmware version. */
  readonly madeBy: string
  /** ISO 8601 in UTC. */
  readonly exportedAt: string
  readonly device: { readonly model: string; readonly serial: string }
  /** Values by key, without secrets. */
  readonly settings: Values
  /** Presets, patrol and tracks of each channel's head. */
  readonly heads: readonly Values[]
  readonly users: readonly ListedUser[]
}

/** The sealed part. */
export interface Secrets {
  /** Of each setting that has secrets those alone, in the shape of its value. */
  readonly settings: Values
  /** A list, because names of people are no names of members. */
  readonly users: readonly { readonly name: string; readonly passwordHash: string }[]
}

/** What was found in a file; values are as they came. */
export interface FoundConfiguration {
  readonly settings: Values
  /** Empty in a file from before there were heads. */
  readonly heads: readonly unknown[]
  readonly users: readonly unknown[]
  /** Undefined without a passphrase. */
  readonly secrets: { readonly settings: Values; readonly users: readonly unknown[] } | undefined
}

/** A file to download. Without a passphrase it has no secrets. */
export async function writeConfiguration(
  configuration: Configuration,
  secrets: Secrets,
  passphrase: string | undefined,
): Promise<Uint8Array> {
  const open = { format: FORMAT, version: VERSION, ...configuration }
  const sealed: { secrets?: Seal } =
    passphrase === undefined
      ? {}
      : { secrets: await seal(JSON.stringify(secrets), JSON.stringify(open), passphrase) }
  return await packArchive(`${JSON.stringify({ ...open, ...sealed }, undefined, 2)}\n`)
}

/**
 * Opens a file. Errors: CameraError `check-failed` unless it is whole, of this `product` and of this version of the
 * format, and with a passphrase unless it has secrets that open with it.
 */
export async function readConfiguration(
  packed: Uint8Array,
  product: string,
  passphrase: string | undefined,
): Promise<FoundConfiguration> {
  const document = parse(await unpackArchive(packed))
  if (document.format !== FORMAT) refuse('it is no configuration of this camera')
  if (document.product !== product) refuse('it is the configuration of another product')
  if (document.version !== VERSION) refuse(`its format is not version ${VERSION}`)
  const { secrets: sealed, ...open } = document
  const settings = objectOf(open.settings, 'settings')
  const heads = open.heads === undefined ? [] : listOf(open.heads, 'heads')
  const users = listOf(open.users, 'users')
  if (passphrase === undefined) return { settings, heads, users, secrets: undefined }
  if (sealed === undefined) refuse('it has no secrets that a passphrase would open')
  const secrets = parse(await unseal(sealed, JSON.stringify(open), passphrase))
  return {
    settings,
    heads,
    users,
    secrets: {
      settings: objectOf(secrets.settings, 'sealed settings'),
      users: listOf(secrets.users, 'sealed users'),
    },
  }
}

function parse(text: string): Values {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw refusal('its text is not JSON', error)
  }
  requireHarmless(parsed, 0)
  return objectOf(parsed, 'content')
}

function requireHarmless(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth === MAX_DEPTH) refuse(`it is nested deeper than ${MAX_DEPTH} levels`)
  for (const [name, member] of Object.entries(value)) {
    if (RESERVED.has(name)) refuse(`it has a member called ${name}`)
    requireHarmless(member, depth + 1)
  }
}

function objectOf(value: unknown, what: string): Values {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Values) : refuse(`its ${what} are not an object`)
}

function listOf(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(`its ${what} are not a list`)
}
