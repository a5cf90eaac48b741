/** Text kinds. Values are never trimmed or repaired: what does not fit is refused. */
import { isIP, isIPv4 } from 'node:net'
import { CameraError } from '../../base/errors.ts'
import { type About, badValue, type Field, keepCurrent } from './field.ts'

interface TextOptions extends About {
  readonly minLen?: number
  readonly maxLen: number
  readonly initial?: string
  /** A further rule: returns what the text must be, or undefined if it is good. */
  readonly rule?: (value: string) => string | undefined
  /** One input that breaks the rule, for the generated tests. */
  readonly breaksRule?: string
}

// C0 and C1 controls, line and paragraph separators, and the marks that reorder or hide text.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u

/** Length as people count it, in code points. */
function lengthOf(value: string): number {
  return [...value].length
}

/** Any printable Unicode text, its length counted in code points. Numbers are taken as text. */
export function text({
  minLen = 0,
  maxLen,
  initial = '',
  rule,
  breaksRule,
  ...about
}: TextOptions): Field<string> {
  return {
    kind: 'text',
    initial,
    about,
    read: keepCurrent((input, path) => {
      const value = typeof input === 'number' ? String(input) : input
      if (typeof value !== 'string') badValue(path, 'text')
      const length = lengthOf(value)
      if (length > maxLen) throw new CameraError('too-long', `${path} is longer than ${maxLen} characters`)
      if (length < minLen) badValue(path, `at least ${minLen} characters long`)
      if (UNPRINTABLE.test(value)) badValue(path, 'printable text')
      const broken = value === '' ? undefined : rule?.(value)
      return broken === undefined ? value : badValue(path, broken)
    }),
    show: (value) => value,
    range: () => (minLen > 0 ? { maxLen, minLen } : { maxLen }),
    schema: () => ({ type: 'string', minLength: minLen, maxLength: maxLen }),
    samples: () => ({
      good: rule === undefined ? ['x'.repeat(Math.max(1, minLen)), 'ж'.repeat(maxLen)] : [initial],
      bad: [
        { input: 'x'.repeat(maxLen + 1), kind: 'too-long' },
        { input: `a\n${'x'.repeat(minLen)}`.slice(0, maxLen), kind: 'bad-value' },
        { input: null, kind: 'bad-value' },
        { input: {}, kind: 'bad-value' },
        ...(minLen > 0 ? [{ input: 'x'.repeat(minLen - 1), kind: 'bad-value' as const }] : []),
        ...(breaksRule === undefined ? [] : [{ input: breaksRule, kind: 'bad-value' as const }]),
      ],
    }),
  }
}

// A label of RFC 1123 §2.1; underscores occur in real local names.
const HOST_LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/

/** Tells whether a text is a host name by RFC 1123 §2.1 or an IP address. Nothing else can pass: no blank, no shell sign. */
export function isHost(value: string): boolean {
  if (isIP(value) !== 0) return true
  // All digits and dots looks like an address and is none.
  if (value.length > 253 || /^[\d.]+$/.test(value)) return false
  return value.split('.').every((label) => HOST_LABEL.test(label))
}

interface HostOptions extends About {
  readonly maxLen: number
  readonly initial?: string
}

/** A host name or IP address; empty means none. */
export function hostname(options: HostOptions): Field<string> {
  const rule = (value: string) => (isHost(value) ? undefined : 'a host name or an IP address')
  return { ...text({ ...options, rule, breaksRule: 'a b;c' }), kind: 'hostname' }
}

// Printable ASCII without what ends, quotes or lists addresses (a dot-atom of RFC 5321 §4.1.2).
const MAIL_LOCAL_PART = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}$/

/** An address of e-mail without a display name; empty means none. */
export function mailAddress(about: About = {}): Field<string> {
  const rule = (value: string) => (isMailAddress(value) ? undefined : 'an address of e-mail')
  return { ...text({ ...about, maxLen: 127, rule, breaksRule: 'a@b.c;touch' }), kind: 'mail address' }
}

/** A user name of a mail server, most often an address; empty means none. */
export function mailLogin(about: About = {}): Field<string> {
  const rule = (value: string) =>
    isMailAddress(value) || MAIL_LOCAL_PART.test(value) ? undefined : 'an address of e-mail or a plain name'
  return { ...text({ ...about, maxLen: 127, rule, breaksRule: 'a b;c' }), kind: 'mail login' }
}

function isMailAddress(value: string): boolean {
  const at = value.lastIndexOf('@')
  return MAIL_LOCAL_PART.test(value.slice(0, Math.max(0, at))) && isHost(value.slice(at + 1))
}

/** A folder on another machine, its names parted by slashes; none of them leads upwards. Empty means where one begins. */
export function folderPath(options: Pick<TextOptions, 'maxLen'> & About): Field<string> {
  const rule = (value: string) =>
    value.split('/').some((name) => name === '..' || name === '.') ? 'a folder without . and ..' : undefined
  return { ...text({ ...options, rule, breaksRule: 'a/../b' }), kind: 'folder' }
}

interface AddressOptions extends About {
  readonly initial?: string
}

/** An IPv4 address in dotted form; empty means none. */
export function address({ initial = '', ...about }: AddressOptions = {}): Field<string> {
  const rule = (value: string) => (isIPv4(value) ? undefined : 'an IPv4 address')
  return { ...text({ maxLen: 15, initial, rule, breaksRule: '999.1.1.1', ...about }), kind: 'address' }
}

/** What a Get shows in place of a stored secret. */
export const SECRET_MASK = '********'

/**
 * A password that is written but never read back: a Get shows a mask or nothing, a Set that carries the
 * mask keeps the stored one.
 */
export function secret({ maxLen, ...about }: { readonly maxLen: number } & About): Field<string> {
  const plain = text({ maxLen, ...about })
  return {
    ...plain,
    kind: 'secret',
    read: (input, current, path) =>
      plain.read(input === SECRET_MASK ? (current ?? '') : input, current, path),
    show: (value) => (value === '' ? '' : SECRET_MASK),
    samples: () => ({ good: [], bad: plain.samples().bad }),
  }
}
