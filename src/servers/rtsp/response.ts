/** Answers (RFC 2326 §7) and which status an error of the camera gets. Pure. */
import type { ErrorKind } from '../../base/errors.ts'

/** RFC 2326 §7.1.1. Quirk(reolink_aio): it looks for the text "200 OK". */
const REASONS = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  451: 'Parameter Not Understood',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  457: 'Invalid Range',
  459: 'Aggregate Operation Not Allowed',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  505: 'RTSP Version Not Supported',
  551: 'Option Not Supported',
} as const
export type Status = keyof typeof REASONS

/** 500 for those not listed. */
const STATUS_OF: Partial<Record<ErrorKind, Status>> = {
  'login-required': 401,
  'login-failed': 401,
  forbidden: 403,
  'not-exist': 404,
  'bad-value': 400,
  'session-limit': 453,
  timeout: 503,
}

export function statusOf(kind: ErrorKind): Status {
  return STATUS_OF[kind] ?? 500
}

export interface Response {
  readonly status: Status
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

/** A request that is answered with this status. */
export class Refusal extends Error {
  readonly response: Response

  constructor(status: Status, headers: Response['headers'] = []) {
    super(`${status} ${REASONS[status]}`)
    this.response = { status, headers }
  }
}

/** `cseq` is what the request said; undefined if it said nothing. */
export function printResponse({ status, headers = [], body }: Response, cseq: string | undefined): Buffer {
  const all = [
    ...(cseq === undefined ? [] : [['CSeq', cseq] as const]),
    ['Server', 'Vedette'] as const,
    ...headers,
    ...(body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))] as const]),
  ]
  const lines = [`RTSP/1.0 ${status} ${REASONS[status]}`, ...all.map(([name, value]) => `${name}: ${value}`)]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`)
}
