/** Writing XML: every text is escaped, every name has one of our prefixes. */
import { NAMESPACES, type Name, type Prefix } from './names.ts'

/** Finished XML. Only this file makes it, so that no text is taken for it. */
export class Xml {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

/** What stands in an element. */
export type Content = Xml | string | number | boolean | undefined | readonly Content[]
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** An element. Attributes come first, if there are any; what is undefined is left out. */
export function xml(name: Name, ...rest: readonly (Content | Attributes)[]): Xml {
  const [first, ...others] = rest
  const hasAttributes = isAttributes(first)
  const attributes = hasAttributes ? attributesOf(first) : ''
  const inside = contentOf((hasAttributes ? others : rest) as readonly Content[])
  return new Xml(inside === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${inside}</${name}>`)
}

/** An element without a namespace. */
export function bare(name: string, ...rest: readonly (Content | Attributes)[]): Xml {
  return xml(name as Name, ...rest)
}

/** Attributes that declare the prefixes. */
export function declare(prefixes: readonly Prefix[]): Attributes {
  return Object.fromEntries(prefixes.map((prefix) => [`xmlns:${prefix}`, NAMESPACES[prefix]]))
}

/** Control characters have no place in XML 1.0 (§2.2); they are left out. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '')
      .replace(/[&<>"'\r]/g, (char) => `&#${char.charCodeAt(0)};`)
  )
}

function isAttributes(value: unknown): value is Attributes {
  return typeof value === 'object' && !(value instanceof Xml) && !Array.isArray(value)
}

function attributesOf(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('')
}

function contentOf(content: Content): string {
  if (content === undefined) return ''
  if (content instanceof Xml) return content.source
  if (Array.isArray(content)) return content.map(contentOf).join('')
  return escapeXml(String(content))
}
