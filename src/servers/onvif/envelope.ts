/** SOAP envelopes, 1.2 and 1.1: the request's element and what its header says; answers in the same version. */
import { ParseError } from '../../base/errors.ts'
import { type Fault, printFault } from './fault.ts'
import type { Prefix } from './names.ts'
import { readXml, type XmlElement } from './xml-reader.ts'
import { declare, type Xml, xml } from './xml-writer.ts'

export type SoapVersion = '1.1' | '1.2'

export interface Envelope {
  readonly version: SoapVersion
  /** The element of the body: its name says what is asked. */
  readonly request: XmlElement
  readonly header: XmlElement | undefined
}

/** All that answers use. Declared once, at the root. */
const PREFIXES: readonly Prefix[] = [
  'wsa',
  'tt',
  'tds',
  'trt',
  'tr2',
  'tptz',
  'timg',
  'tev',
  'trc',
  'tse',
  'trp',
  'tns1',
  'ter',
  'wsnt',
  'wsrfbf',
  'wsrfr',
  'wstop',
  'xs',
  'xsi',
]

/** Errors: ParseError. */
export function readEnvelope(text: string): Envelope {
  const root = readXml(text)
  const version = root.is('s:Envelope') ? '1.2' : root.is('s11:Envelope') ? '1.1' : undefined
  if (version === undefined) throw new ParseError('SOAP 1.2 §5.1', 'there is no envelope')
  const prefix = version === '1.2' ? 's' : 's11'
  const [request] = root.find(`${prefix}:Body`)?.children ?? []
  if (request === undefined) throw new ParseError('SOAP 1.2 §5.3', 'the body is empty')
  return { version, request, header: root.find(`${prefix}:Header`) }
}

export function printEnvelope(version: SoapVersion, body: Xml, header: readonly Xml[] = []): string {
  const prefix = version === '1.2' ? 's' : 's11'
  const envelope = xml(
    `${prefix}:Envelope`,
    declare([prefix, ...PREFIXES]),
    header.length > 0 ? xml(`${prefix}:Header`, header) : undefined,
    xml(`${prefix}:Body`, body),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${envelope.source}`
}

export function printFaultEnvelope(version: SoapVersion, fault: Fault): string {
  return printEnvelope(version, printFault(fault, version))
}
