/**
 * The protocol `dyndns2` (help.dyn.com/remote-access-api, "Perform Update" and "Return Codes"), which 3322 speaks too: one GET
 * with Basic authentication, answered by a word.
 */
import { CameraError } from '../../base/errors.ts'
import { exchangeText } from '../../base/outgoing-request.ts'

export interface DdnsAccount {
  readonly type: 'Dyndns' | '3322'
  readonly domain: string
  readonly userName: string
  readonly password: string
}

/** The services' own addresses; `--ddns-url` takes the place of both. */
export const UPDATE_URLS = {
  Dyndns: 'https://members.dyndns.org/nic/update',
  3322: 'https://members.3322.net/dyndns/update',
} as const

/** Where each service tells the address it is asked from. */
export const ADDRESS_URLS = {
  Dyndns: 'http://checkip.dyndns.com/',
  3322: 'http://ip.3322.net/',
} as const

/** `refused` until the account is changed; `later` has a fault that is not ours. */
export type Outcome = 'done' | 'refused' | 'later'

export interface UpdateResult {
  readonly outcome: Outcome
  /** The service's word, one of the known ones. */
  readonly word: string
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  good: 'done',
  nochg: 'done',
  badauth: 'refused',
  '!donator': 'refused',
  '!yours': 'refused',
  notfqdn: 'refused',
  nohost: 'refused',
  numhost: 'refused',
  abuse: 'refused',
  badagent: 'refused',
  dnserr: 'later',
  '911': 'later',
}

interface UpdateOptions {
  /** In place of the service's own. */
  readonly url: string | undefined
  readonly userAgent: string
  readonly allowLocalTargets: boolean
  readonly signal?: AbortSignal | undefined
}

/** Tells the service the address. Errors: those of `exchangeText`, CameraError `receive-failed` for what is no such service. */
export async function update(
  { type, domain, userName, password }: DdnsAccount,
  address: string,
  { url, userAgent, allowLocalTargets, signal }: UpdateOptions,
): Promise<UpdateResult> {
  const target = new URL(url ?? UPDATE_URLS[type])
  if (type === '3322') target.searchParams.set('system', 'dyndns')
  target.searchParams.set('hostname', domain)
  target.searchParams.set('myip', address)
  const credentials = Buffer.from(`${userName}:${password}`, 'utf8').toString('base64')
  const { status, text } = await exchangeText(target, {
    allowLocalTargets,
    signal,
    headers: { Authorization: `Basic ${credentials}`, 'User-Agent': userAgent },
  })
  if (status === 401) return { outcome: 'refused', word: 'badauth' }
  const word = text.trim().split(/\s/, 1)[0]!.toLowerCase()
  const outcome = Object.hasOwn(OUTCOMES, word) ? OUTCOMES[word] : undefined
  if (outcome !== undefined) return { outcome, word }
  throw new CameraError(
    'receive-failed',
    `${target.hostname} answered with status ${status}, not as a DDNS service`,
  )
}
