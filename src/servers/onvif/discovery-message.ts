/** Messages of WS-Discovery 1.0 (2005/04): which Probes are answered, and with what. */
import { randomUUID } from 'node:crypto'
import { NAMESPACES, type Name } from './names.ts'
import { readXml, type XmlElement } from './xml-reader.ts'
import { declare, type Xml, xml } from './xml-writer.ts'

const TO_ALL = 'urn:schemas-xmlsoap-org:ws:2005:04:discovery'
const ANONYMOUS = `${NAMESPACES.wsa04}/role/anonymous`
const PROBE = `${NAMESPACES.d}/Probe`
const TYPES = ['NetworkVideoTransmitter', 'Device']
/** RFC 3986 by prefix (WS-Discovery §5.1), and the default, which is the same here. */
const MATCHES: readonly (string | undefined)[] = [`${NAMESPACES.d}/rfc3986`, undefined]

/** Grows with every start (WS-Discovery, appendix I). */
const INSTANCE = Math.floor(Date.now() / 1000)

/** What a device tells of itself. */
export interface Announcement {
  /** `urn:uuid:…`. */
  readonly endpoint: string
  readonly scopes: readonly string[]
  /** Of the device service. */
  readonly address: string
}

/** The MessageID of a Probe that looks for such a device; undefined for anything else. Never throws. */
export function probeIn(bytes: Uint8Array, scopes: readonly string[]): string | undefined {
  try {
    const root = readXml(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
    if (!root.is('s:Envelope')) return undefined
    const header = root.find('s:Header')
    const probe = root.at('s:Body', 'd:Probe')
    const id = header?.textAt('wsa04:MessageID')
    const isProbe = header?.textAt('wsa04:Action') === PROBE && header.textAt('wsa04:To') === TO_ALL
    if (probe === undefined || !isProbe || id === undefined || id.length > 256) return undefined
    return wantsTypes(probe) && wantsScopes(probe, scopes) ? id : undefined
  } catch {
    return undefined
  }
}

/** Answers a Probe. */
export function probeMatch(relatesTo: string, announcement: Announcement, sequence: number): string {
  const header = [xml('wsa04:RelatesTo', relatesTo), xml('wsa04:To', ANONYMOUS)]
  const match = xml('d:ProbeMatch', described(announcement))
  return envelope('ProbeMatches', header, xml('d:ProbeMatches', match), sequence)
}

export function hello(announcement: Announcement, sequence: number): string {
  return envelope('Hello', [xml('wsa04:To', TO_ALL)], xml('d:Hello', described(announcement)), sequence)
}

export function bye({ endpoint }: Announcement, sequence: number): string {
  const content = xml('d:Bye', xml('wsa04:EndpointReference', xml('wsa04:Address', endpoint)))
  return envelope('Bye', [xml('wsa04:To', TO_ALL)], content, sequence)
}

/** Types are qualified names, all of which must fit; none means any. */
function wantsTypes(probe: XmlElement): boolean {
  const types = probe.find('d:Types')
  const names = (types?.text ?? '').split(/\s+/).filter((name) => name !== '')
  return names.every((name) => {
    const [prefix, local] = name.split(':')
    const namespace = types!.prefixes[prefix!]
    return TYPES.includes(local ?? '') && (namespace === NAMESPACES.dn || namespace === NAMESPACES.tds)
  })
}

function wantsScopes(probe: XmlElement, scopes: readonly string[]): boolean {
  const wanted = probe.find('d:Scopes')
  if (!MATCHES.includes(wanted?.attributes.get('MatchBy'))) return false
  const names = (wanted?.text ?? '').split(/\s+/).filter((name) => name !== '')
  const isBegin = (name: string) =>
    scopes.some((scope) => scope === name || scope.startsWith(`${name.replace(/\/$/, '')}/`))
  return names.every(isBegin)
}

function described({ endpoint, scopes, address }: Announcement): Xml[] {
  return [
    xml('wsa04:EndpointReference', xml('wsa04:Address', endpoint)),
    xml('d:Types', 'dn:NetworkVideoTransmitter tds:Device'),
    xml('d:Scopes', scopes.join(' ')),
    xml('d:XAddrs', address),
    xml('d:MetadataVersion', 1),
  ]
}

function envelope(action: string, header: readonly Xml[], body: Xml, sequence: number): string {
  const content = xml(
    's:Envelope' as Name,
    declare(['s', 'wsa04', 'd', 'dn', 'tds']),
    xml(
      's:Header',
      xml('wsa04:MessageID', `urn:uuid:${randomUUID()}`),
      header,
      xml('wsa04:Action', `${NAMESPACES.d}/${action}`),
      xml('d:AppSequence', { InstanceId: INSTANCE, MessageNumber: sequence }),
    ),
    xml('s:Body', body),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${content.source}`
}
