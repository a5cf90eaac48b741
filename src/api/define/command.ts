/** The common shape of all commands, and `action()`: a command that does something or tells something. */
import type { Readable } from 'node:stream'
import type { Principal } from '../../auth/types.ts'
import type { Permission } from '../ability.ts'
import type { Entry } from '../envelope.ts'
import type { Parts } from '../parts.ts'
import type { Field } from './field.ts'

/**
 * Who may run a command: `anyone` (Login), any user that is logged in (`session`), or users with a bit on an
 * ability key. There is no default: a command without an access rule does not compile.
 */
export type Access = 'anyone' | 'session' | Permission

/** The surroundings of one execution. */
export interface Call {
  readonly entry: Entry
  readonly parts: Parts
  /** The client; undefined only for commands that `anyone` may run. */
  readonly principal: Principal
  /** Remote address of the client. */
  readonly address: string
  /** Name or address under which the client reaches the camera, without port; brackets round IPv6. */
  readonly host: string
  /** The file of a multipart request (Guide §7), for commands that declare `upload`. */
  readonly upload: Upload | undefined
}

/** A file on its way in. The stream breaks with CameraError `receive-failed` if the client does. */
export interface Upload {
  readonly filename: string
  readonly content: Readable
}

/** The members of a success answer; without any, the answer is `"value": {"rspCode": 200}`. */
export interface Success {
  readonly value?: Readonly<Record<string, unknown>>
  readonly initial?: Readonly<Record<string, unknown>>
  readonly range?: Readonly<Record<string, unknown>>
}

/** A binary answer in place of JSON (Guide §8). */
export interface Attachment {
  readonly contentType: string
  readonly headers?: Readonly<Record<string, string>>
  readonly content: Uint8Array | StoredFile
}

/** What lies on the disk; parts of it may be asked for (RFC 9110 §14). */
export interface StoredFile {
  /** So many bytes of it are sent, though it may still grow. */
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** Another request may find other bytes: it is sent as a whole. */
  readonly isPassing?: boolean
  /** The bytes from the one to the other, counted from 0. */
  read(first: number, last: number): Readable
}

/** What a command gives back. */
export type Result = Success | { readonly attachment: Attachment } | undefined

/** Stands for the section number of commands that the guide does not have: later firmware does, and clients ask for them. */
export const LATER = 'later'

export interface Command {
  readonly name: string
  /** Section number in the guide, or `LATER`. */
  readonly guide: string
  /** One sentence for the reference. */
  readonly summary: string
  readonly kind: 'get' | 'set' | 'action'
  readonly access: Access
  /** Other spellings of the name that clients use. */
  readonly aliases: readonly string[]
  /** Name of the section that carries the parameters, if there is one. */
  readonly section: string | undefined
  /** The parameters; undefined if the command takes none. */
  readonly fields: Field<unknown> | undefined
  /** May be asked by HTTP GET: it changes nothing. */
  readonly readOnly: boolean
  /** The command addresses one channel. */
  readonly perChannel: boolean
  readonly upload: { readonly part: string; readonly maxBytes: number } | undefined
  /** The parameters for `run`. Errors: CameraError `missing`, `bad-value`, `too-long`. */
  read(entry: Entry): unknown
  run(params: unknown, call: Call, channel: number): Result | Promise<Result>
}

interface ActionOptions<P> {
  readonly guide: string
  readonly summary: string
  readonly access: Access
  readonly aliases?: readonly string[]
  readonly section?: string
  readonly fields?: Field<P>
  readonly readOnly?: boolean
  readonly perChannel?: boolean
  readonly upload?: { readonly part: string; readonly maxBytes: number }
  readonly run: (params: P, call: Call, channel: number) => Result | Promise<Result>
}

/**
 * A command on its own. With `section` its parameters stand in the object of that name, else directly in
 * `param` or the entry. Missing parameters are refused before `run` is called.
 */
export function action<P = undefined>(name: string, options: ActionOptions<P>): Command {
  const { section, fields, run } = options
  return {
    name,
    guide: options.guide,
    summary: options.summary,
    kind: options.readOnly ? 'get' : 'action',
    access: options.access,
    aliases: options.aliases ?? [],
    section,
    fields,
    readOnly: options.readOnly ?? false,
    perChannel: options.perChannel ?? false,
    upload: options.upload,
    read: (entry) => {
      const input = section === undefined ? entry.parameters() : entry.member(section)
      return fields?.read(input, undefined, section ?? name)
    },
    run: (params, call, channel) => run(params as P, call, channel),
  }
}
