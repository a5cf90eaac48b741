/** SOAP to an ONVIF device: one request, one answer, with a digest in place of the password. */
import { createHash, randomBytes } from 'node:crypto'
import { CameraError, messageOf } from '../base/errors.ts'

/** A device answers in milliseconds; a client of ours waits for it. */
const LIMIT_MS = 5000
const MAX_ANSWER = 512 * 1024
/** Namespaces of the bodies we write (ONVIF Core §5.3, Imaging §4, PTZ §4, Media §4). */
const NAMESPACES = [
  'xmlns:s="http://www.w3.org/2003/05/soap-envelope"',
  'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"',
  'xmlns:trt="http://www.onvif.org/ver10/media/wsdl"',
  'xmlns:timg="http://www.onvif.org/ver20/imaging/wsdl"',
  'xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl"',
  'xmlns:tt="http://www.onvif.org/ver10/schema"',
].join(' ')
/** WS-Security UsernameToken Profile 1.0 §3. */
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss'

export interface SoapAccount {
  readonly user: string
  readonly password: string
}

/**
 * Sends a body, XML that is well-formed; gives the text of the answer.
 * Errors: CameraError `timeout`, `connect-failed`, `receive-failed`, and `set-failed` if the device refuses.
 */
export async function callSoap(
  url: string,
  body: string,
  account: SoapAccount | undefined,
  nowMs: number,
): Promise<string> {
  const header = account === undefined ? '' : `<s:Header>${security(account, nowMs)}</s:Header>`
  const envelope = `<?xml version="1.0" encoding="utf-8"?><s:Envelope ${NAMESPACES}>${header}<s:Body>${body}</s:Body></s:Envelope>`
  let text: string
  let status: number
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/soap+xml; charset=utf-8' },
      body: envelope,
      redirect: 'error',
      signal: AbortSignal.timeout(LIMIT_MS),
    })
    status = answer.status
    text = await readLimited(answer)
  } catch (error) {
    if (error instanceof CameraError) throw error
    const isTimeout = error instanceof Error && error.name === 'TimeoutError'
    throw new CameraError(
      isTimeout ? 'timeout' : 'connect-failed',
      `the ONVIF head does not answer: ${messageOf(error)}`,
      error,
    )
  }
  if (status === 200) return text
  const reason = textOf(text, 'Text') ?? textOf(text, 'faultstring') ?? `status ${status}`
  throw new CameraError('set-failed', `the ONVIF head refuses: ${reason.slice(0, 200)}`)
}

/** The text of the first element of that name, whatever its prefix. */
export function textOf(xml: string, name: string): string | undefined {
  const found = new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^>]*)?>([^<]*)<`).exec(xml)?.[1]
  return found === undefined ? undefined : unescapeXml(found.trim())
}

/** The value of an attribute of the first element of that name. */
export function attributeOf(xml: string, name: string, attribute: string): string | undefined {
  const element = new RegExp(`<(?:[\\w.-]+:)?${name}\\s[^>]*>`).exec(xml)?.[0]
  const found = element && new RegExp(`\\s${attribute}=(?:"([^"]*)"|'([^']*)')`).exec(element)
  return found ? unescapeXml(found[1] ?? found[2] ?? '') : undefined
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(?:#(\d{1,6})|(\w{2,4}));/g, (all, code, name) => {
    return code === undefined ? (named[name] ?? all) : String.fromCodePoint(Math.min(0x10ffff, Number(code)))
  })
}

/** PasswordDigest = Base64(SHA-1(nonce + created + password)) (UsernameToken Profile 1.0 §3.1). */
function security({ user, password }: SoapAccount, nowMs: number): string {
  const nonce = randomBytes(16)
  const created = new Date(nowMs).toISOString()
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64')
  return (
    `<w:Security s:mustUnderstand="1" xmlns:w="${WSSE}-wssecurity-secext-1.0.xsd"` +
    ` xmlns:u="${WSSE}-wssecurity-utility-1.0.xsd"><w:UsernameToken>` +
    `<w:Username>${escapeXml(user)}</w:Username>` +
    `<w:Password Type="${WSSE}-username-token-profile-1.0#PasswordDigest">${digest}</w:Password>` +
    `<w:Nonce EncodingType="${WSSE}-soap-message-security-1.0#Base64Binary">${nonce.toString('base64')}</w:Nonce>` +
    `<u:Created>${created}</u:Created></w:UsernameToken></w:Security>`
  )
}

async function readLimited(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.length
    if (length > MAX_ANSWER)
      throw new CameraError('receive-failed', 'the answer of the ONVIF head is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
