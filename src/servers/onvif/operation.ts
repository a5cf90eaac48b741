/** The common shape of all operations. */
import type { Permission } from '../../api/ability.ts'
import type { Command, Result } from '../../api/define/command.ts'
import type { AnySetting, Setting } from '../../api/define/setting.ts'
import { Entry } from '../../api/envelope.ts'
import type { Parts } from '../../api/parts.ts'
import type { Author } from '../../api/settings.ts'
import type { Principal } from '../../auth/types.ts'
import type { Name } from './names.ts'
import type { Searches } from './searches.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { XmlElement } from './xml-reader.ts'
import type { Content } from './xml-writer.ts'

/** The surroundings of one execution. */
export interface Call {
  readonly parts: Parts
  /** Undefined only for operations that `anyone` may run. */
  readonly principal: Principal
  /** Remote address of the client. */
  readonly address: string
  /** Where the client reached this camera: `http://192.168.1.20:8000`. */
  readonly origin: string
  /** Path of the request. */
  readonly path: string
  readonly header: XmlElement | undefined
  readonly subscriptions: Subscriptions
  readonly searches: Searches
  /** The port of RTSP. */
  readonly rtspPort: () => number
  /** Asks the encoder of a stream for a key frame. */
  readonly requestKeyFrame: (stream: 'main' | 'sub') => void
  /** The client went away, or the camera stops. */
  readonly signal: AbortSignal
}

export interface Operation {
  /** Of the request's element. The answer's has `Response` behind it. */
  readonly name: Name
  /** There is no default: an operation without a rule does not compile. */
  readonly access: 'anyone' | Permission
  /** `wsa:Action` of the answer, where clients look for it. */
  readonly action?: string
  /** What the answer holds. Errors: Fault, CameraError. */
  readonly run: (request: XmlElement, call: Call) => Content | Promise<Content>
}

export function operation(name: Name, access: Operation['access'], run: Operation['run']): Operation {
  return { name, access, run }
}

/** What the pair of API commands of a setting demands. */
export function accessOf({ commands: [get, set] }: Pick<AnySetting, 'commands'>): {
  readonly read: Permission
  readonly change: Permission
} {
  return { read: permission(get), change: permission(set) }
}

/** What a command of the API demands. */
export function permission({ access, name }: Pick<Command, 'access' | 'name'>): Permission {
  if (typeof access === 'object') return access
  throw new Error(`${name} has no permission of its own`)
}

/** Runs a command of the API, whose permission was checked. Errors: CameraError. */
export async function run(
  command: Command,
  param: object,
  { parts, principal, address, origin }: Call,
): Promise<Result> {
  const entry = new Entry({ cmd: command.name, param }, command.name)
  const params = command.read(entry)
  const { hostname: host } = new URL(origin)
  return await command.run(params, { entry, parts, principal, address, host, upload: undefined }, 0)
}

/** Changes a setting as the API's Set command would. Errors: CameraError. */
export async function change<T extends object>(
  setting: Setting<T>,
  input: object,
  call: Call,
): Promise<void> {
  await call.parts.settings.change(setting, 0, input, authorOf(call))
}

export function authorOf({ principal, address }: Call): Author {
  return { userName: principal.user.name, address }
}
