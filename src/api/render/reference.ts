/** The command reference as Markdown, from the declarations alone. */
import { type Access, type Command, LATER } from '../define/command.ts'
import type { Field } from '../define/field.ts'
import type { Group } from '../define/groups.ts'
import { API_ERRORS } from '../errors.ts'

function accessText(access: Access): string {
  if (access === 'anyone') return 'no login'
  if (access === 'session') return 'any user'
  return `\`${access.key}\`: ${access.right}`
}

/** Permitted values in a few words. */
function rangeText(range: unknown): string {
  if (range === 'boolean') return '0, 1'
  if (Array.isArray(range)) return range.join(', ')
  if (typeof range !== 'object' || range === null) return String(range)
  const { min, max, minLen, maxLen } = range as Record<string, number | undefined>
  if (max !== undefined) return `${min}..${max}`
  return minLen === undefined ? `up to ${maxLen} characters` : `${minLen}..${maxLen} characters`
}

function isGroup(field: Field<unknown>): field is Group {
  return field.kind === 'group'
}

/** One table row for every leaf of a declaration. */
function rowsOf(field: Field<unknown>, path: string): string[] {
  if (isGroup(field)) {
    return Object.entries(field.members).flatMap(([name, member]) =>
      rowsOf(member, path === '' ? name : `${path}.${name}`),
    )
  }
  const { label = '', unit } = field.about
  const initial = field.initial === undefined ? '' : `\`${JSON.stringify(field.show(field.initial))}\``
  const shortInitial = initial.length > 40 ? `${initial.slice(0, 20)}…\`` : initial
  const values = rangeText(field.range()) + (unit === undefined ? '' : ` ${unit}`)
  return [`| \`${path}\` | ${field.kind} | ${values} | ${shortInitial} | ${label} |`]
}

function sectionOf(command: Command): string {
  const { name, guide, summary, access, readOnly, upload, fields, section, kind } = command
  const methods = readOnly ? 'POST, GET' : 'POST'
  const facts = [
    guide === LATER ? 'not in the guide' : `Guide §${guide}`,
    accessText(access),
    upload === undefined ? methods : `POST multipart/form-data, part \`${upload.part}\`, fields in the query`,
  ]
  const lines = [`### ${name}`, '', summary, '', `*${facts.join(' · ')}*`, '']
  // The fields of a setting stand under its Get once; the Set takes the same.
  if (kind === 'set')
    lines.push(`Takes the section of \`Get${name.slice(3)}\`; members left out keep their value.`, '')
  else if (fields !== undefined) {
    lines.push('| field | kind | values | factory or default value | |', '|---|---|---|---|---|')
    lines.push(...rowsOf(fields, section ?? ''), '')
  }
  return lines.join('\n')
}

const CHAPTERS: Readonly<Record<string, string>> = {
  '3.1': 'System',
  '3.2': 'Security',
  '3.3': 'Network',
  '3.4': 'Video input',
  '3.5': 'Encoder',
  '3.6': 'Recording',
  '3.7': 'PTZ',
  '3.8': 'Alarm',
  '3.9': 'RTMP',
  '3.10': 'Auto focus',
  '3.11': 'LED',
  [LATER]: 'Commands of later firmware',
}

function chapterOf(command: Command): string {
  return command.guide.split('.').slice(0, 2).join('.')
}

/** The whole reference: commands by chapter, then the error table. */
export function renderReference(commands: readonly Command[]): string {
  const lines = [
    '# API reference',
    '',
    'Generated from the declarations in `src/api/commands` by `npm run reference`; do not edit.',
    '',
    'Requests go to `POST /api.cgi` or `POST /cgi-bin/api.cgi` as an array of `{"cmd", "action", "param"}`, with',
    '`?token=` from Login or `?user=&password=`. `action` 1 adds `initial` and `range` to a Get.',
    '',
    'What "Guide §…" and "Q-…" stand for is told in [quirks.md](quirks.md).',
    '',
  ]
  let chapter = ''
  for (const command of commands) {
    if (chapterOf(command) !== chapter) {
      chapter = chapterOf(command)
      lines.push(`## ${CHAPTERS[chapter] ?? chapter}`, '')
    }
    lines.push(sectionOf(command))
  }
  lines.push('## Errors', '', '| rspCode | detail | meaning |', '|---|---|---|')
  for (const { rspCode, detail, meaning } of Object.values(API_ERRORS)) {
    lines.push(`| ${rspCode} | ${detail} | ${meaning} |`)
  }
  return `${lines.join('\n')}\n`
}
