/** Refusals in ONVIF's words (Core §5.8.2). */
import { CameraError, type ErrorKind, messageOf } from '../../base/errors.ts'
import { bare, type Xml, xml } from './xml-writer.ts'

type Subcode = `ter:${string}` | `wsnt:${string}` | `wsrfr:${string}`

export class Fault extends Error {
  override readonly name = 'Fault'
  readonly side: 'Sender' | 'Receiver'
  readonly subcodes: readonly Subcode[]
  /** In the detail; wsnt wants its faults as elements. */
  readonly detail: Xml | undefined

  constructor(
    side: 'Sender' | 'Receiver',
    subcodes: readonly Subcode[],
    reason: string,
    { detail }: { detail?: Xml } = {},
  ) {
    super(reason)
    this.side = side
    this.subcodes = subcodes
    this.detail = detail
  }

  /** Core §5.8.2.2 and SOAP 1.2 Part 2 §7.5.2.2. */
  get status(): number {
    return this.side === 'Sender' ? 400 : 500
  }
}

/** A value that cannot be; `what` says what is wrong with it: `ter:NoProfile`. */
export function invalid(what: Subcode, reason: string): Fault {
  return new Fault('Sender', ['ter:InvalidArgVal', what], reason)
}

export function unsupported(reason: string): Fault {
  return new Fault('Receiver', ['ter:ActionNotSupported'], reason)
}

export function notAuthorized(reason: string): Fault {
  return new Fault('Sender', ['ter:NotAuthorized'], reason)
}

const BAD_INPUT: readonly ErrorKind[] = ['bad-value', 'too-long', 'missing', 'check-failed', 'protocol']

/** The fault for anything thrown; what is no CameraError is not described. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (!(error instanceof CameraError)) return new Fault('Receiver', ['ter:Action'], 'internal error')
  const reason = messageOf(error)
  if (BAD_INPUT.includes(error.kind)) return invalid('ter:InvalidArgVal', reason)
  switch (error.kind) {
    case 'login-required':
    case 'login-failed':
    case 'forbidden':
      return notAuthorized('Sender not authorized')
    case 'not-supported':
      return unsupported(reason)
    case 'not-exist':
      return invalid('ter:NoEntity', reason)
    case 'no-user':
      return invalid('ter:UsernameMissing', reason)
    case 'user-exists':
      return new Fault('Sender', ['ter:OperationProhibited', 'ter:UsernameClash'], reason)
    case 'user-limit':
      return new Fault('Receiver', ['ter:Action', 'ter:TooManyUsers'], reason)
    default:
      return new Fault('Receiver', ['ter:Action'], reason)
  }
}

/** The body's element, for SOAP 1.2 or 1.1. */
export function printFault(fault: Fault, version: '1.1' | '1.2'): Xml {
  const { side, subcodes, message, detail } = fault
  if (version === '1.1') {
    // SOAP 1.1 §4.4: these elements have no namespace, and codes one level.
    return xml(
      's11:Fault',
      bare('faultcode', subcodes.at(-1) ?? `s11:${side === 'Sender' ? 'Client' : 'Server'}`),
      bare('faultstring', message),
    )
  }
  const code = subcodes.reduceRight<Xml | undefined>(
    (inner, subcode) => xml('s:Subcode', xml('s:Value', subcode), inner),
    undefined,
  )
  return xml(
    's:Fault',
    xml('s:Code', xml('s:Value', `s:${side}`), code),
    xml('s:Reason', xml('s:Text', { 'xml:lang': 'en' }, message)),
    detail && xml('s:Detail', detail),
  )
}
