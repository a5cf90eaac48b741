/** What subscribers can be told of: topics, their messages, and filters of them (Core §9). */

import { Fault } from './fault.ts'
import { SOURCE } from './media-shapes.ts'
import { NAMESPACES } from './names.ts'
import type { XmlElement } from './xml-reader.ts'
import { bare, type Xml, xml } from './xml-writer.ts'
import { printTime } from './xs-time.ts'

export const CONCRETE_SET = 'http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet'
export const CONCRETE = 'http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete'
const DIALECTS: readonly (string | undefined)[] = [CONCRETE_SET, CONCRETE, undefined]

export interface Topic {
  /** Below the namespace of ONVIF's topics. */
  readonly path: readonly [string, ...string[]]
  readonly source: Readonly<Record<string, string>>
  /** Name of the member that tells whether there is motion. */
  readonly data: string
}

/** Both tell of motion; clients look for the one or the other. */
export const TOPICS: readonly Topic[] = [
  {
    path: ['RuleEngine', 'CellMotionDetector', 'Motion'],
    source: {
      VideoSourceConfigurationToken: SOURCE,
      VideoAnalyticsConfigurationToken: SOURCE,
      Rule: 'MotionDetector',
    },
    data: 'IsMotion',
  },
  { path: ['VideoSource', 'MotionAlarm'], source: { Source: SOURCE }, data: 'State' },
]

/** How a property came to its value. */
export type Change = 'Initialized' | 'Changed'

export function message(topic: Topic, state: boolean, change: Change, utcMs: number): Xml {
  return xml('wsnt:NotificationMessage', messageParts(topic, state, change, utcMs))
}

/** What stands in a message. `source`: where the topic's own does not say it. */
export function messageParts(
  { path, source: own, data }: Topic,
  state: boolean,
  change: Change,
  utcMs: number,
  source = own,
): Xml[] {
  const item = (name: string, value: string | boolean) => xml('tt:SimpleItem', { Name: name, Value: value })
  return [
    xml('wsnt:Topic', { Dialect: CONCRETE_SET }, `tns1:${path.join('/')}`),
    xml(
      'wsnt:Message',
      xml(
        'tt:Message',
        { UtcTime: printTime(utcMs), PropertyOperation: change },
        xml(
          'tt:Source',
          Object.entries(source).map(([name, value]) => item(name, value)),
        ),
        xml('tt:Data', item(data, state)),
      ),
    ),
  ]
}

/** All topics as a tree (WS-Topics §6). Only the first level has a namespace. */
export function topicSet(): Xml {
  return xml('wstop:TopicSet', TOPICS.map(treeOf))
}

function treeOf({ path: [first, ...rest], source, data }: Topic): Xml {
  const item = (type: string) => (name: string) => xml('tt:SimpleItemDescription', { Name: name, Type: type })
  const description = xml(
    'tt:MessageDescription',
    { IsProperty: true },
    xml('tt:Source', Object.keys(source).map(item('tt:ReferenceToken'))),
    xml('tt:Data', item('xs:boolean')(data)),
  )
  const leaf = rest.at(-1)!
  const inner = bare(leaf, { 'wstop:topic': true }, description)
  return xml(
    `tns1:${first}`,
    rest.slice(0, -1).reduceRight((child, name) => bare(name, child), inner),
  )
}

/** The topics that a Filter lets through; all without one. Errors: Fault. */
export function topicsIn(filter: XmlElement | undefined, topics = TOPICS): readonly Topic[] {
  if (filter?.find('MessageContent') !== undefined) throw refused('messages are not filtered by content')
  const expressions = filter?.all('TopicExpression') ?? []
  if (expressions.length === 0) return topics
  for (const { attributes } of expressions) {
    if (!DIALECTS.includes(attributes.get('Dialect'))) throw refused('this dialect is not known')
  }
  const found = topics.filter((topic) => expressions.some((expression) => fits(expression, topic)))
  if (found.length === 0) throw refused('there is no such topic')
  return found
}

/** Core §9.5.3: `tns1:A/B|tns1:C//.`; the second stands for all below. */
function fits({ text, prefixes }: XmlElement, { path }: Topic): boolean {
  return text.split('|').some((choice) => {
    const isTree = choice.trim().endsWith('//.')
    const names = choice
      .trim()
      .replace(/\/\/\.$/, '')
      .split('/')
    const [prefix, first] = names[0]!.split(':')
    if (first === undefined || prefixes[prefix!] !== NAMESPACES.tns1) return false
    const wanted = [first, ...names.slice(1).map((name) => name.slice(name.indexOf(':') + 1))]
    const isBegin = wanted.every((name, index) => name === path[index])
    return isBegin && (isTree || wanted.length === path.length)
  })
}

function refused(reason: string): Fault {
  return new Fault('Sender', ['wsnt:InvalidFilterFault'], reason)
}
