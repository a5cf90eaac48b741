/** From bytes of strangers to a tree: XML 1.0 with namespaces, without a document type, bounded in depth and size. */
import { SaxesParser } from 'saxes'
import { ParseError } from '../../base/errors.ts'
import { NAMESPACES, type Name, type Prefix } from './names.ts'

const SPEC = 'XML 1.0'
const MAX_DEPTH = 32
const MAX_ELEMENTS = 2000

export class XmlElement {
  readonly namespace: string
  readonly name: string
  /** By name; only those without a namespace, which are all that ONVIF has. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[] = []
  /** What prefixes mean here, for names within texts. */
  readonly prefixes: Readonly<Record<string, string>>
  #text = ''

  constructor(
    namespace: string,
    name: string,
    attributes: ReadonlyMap<string, string>,
    prefixes: Readonly<Record<string, string>>,
  ) {
    this.namespace = namespace
    this.name = name
    this.attributes = attributes
    this.prefixes = prefixes
  }

  /** The text directly in it, without blanks around it. */
  get text(): string {
    return this.#text.trim()
  }

  add(text: string): void {
    this.#text += text
  }

  /** Without a prefix the name alone counts: clients are careless with the namespaces of parameters. */
  is(name: Name | string): boolean {
    const colon = name.indexOf(':')
    if (colon < 0) return this.name === name
    return (
      this.name === name.slice(colon + 1) && this.namespace === NAMESPACES[name.slice(0, colon) as Prefix]
    )
  }

  /** The first child of that name. */
  find(name: Name | string): XmlElement | undefined {
    return this.children.find((child) => child.is(name))
  }

  all(name: Name | string): readonly XmlElement[] {
    return this.children.filter((child) => child.is(name))
  }

  /** The element at the end of a path of names. */
  at(...path: readonly (Name | string)[]): XmlElement | undefined {
    return path.reduce<XmlElement | undefined>((element, name) => element?.find(name), this)
  }

  /** Text of the element at the end of a path; undefined if it is not there or empty. */
  textAt(...path: readonly (Name | string)[]): string | undefined {
    return this.at(...path)?.text || undefined
  }

  /** An xs:boolean at the end of a path (XML Schema Part 2 §3.2.2); undefined if it is not there or none. */
  booleanAt(...path: readonly (Name | string)[]): boolean | undefined {
    const text = this.textAt(...path) ?? ''
    return /^(?:true|1|false|0)$/.test(text) ? text === 'true' || text === '1' : undefined
  }
}

/** Errors: ParseError. */
export function readXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false })
  const open: XmlElement[] = []
  let root: XmlElement | undefined
  let count = 0
  parser.on('error', (error) => fail(error.message))
  parser.on('doctype', () => fail('a document type is not accepted'))
  parser.on('opentag', (tag) => {
    count += 1
    if (count > MAX_ELEMENTS) fail(`more than ${MAX_ELEMENTS} elements`)
    if (open.length >= MAX_DEPTH) fail(`deeper than ${MAX_DEPTH}`)
    const plain = Object.values(tag.attributes).filter(({ uri }) => uri === '')
    const attributes = new Map(plain.map(({ local, value }) => [local, value]))
    const parent = open.at(-1)
    const declared = Object.keys(tag.ns).length > 0
    const prefixes = declared ? { ...parent?.prefixes, ...tag.ns } : (parent?.prefixes ?? {})
    const element = new XmlElement(tag.uri, tag.local, attributes, prefixes)
    root ??= element
    parent?.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => {
    open.pop()
  })
  const add = (piece: string): void => open.at(-1)?.add(piece)
  parser.on('text', add)
  parser.on('cdata', add)
  parser.write(text).close()
  return root ?? fail('there is no element')
}

function fail(reason: string): never {
  throw new ParseError(SPEC, reason)
}
