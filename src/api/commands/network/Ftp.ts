/** Pictures and clips of events on an FTP server (Guide §3.3.7, §3.3.8, §3.3.13; ). */
import { CameraError } from '../../../base/errors.ts'
import { action } from '../../define/command.ts'
import { badValue, type Field, type Infer, optional } from '../../define/field.ts'
import { type Group, group, isObject } from '../../define/groups.ts'
import { type Flag, flag, integer, port } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { weeklySchedule } from '../../define/tables.ts'
import { folderPath, hostname, SECRET_MASK, secret, text } from '../../define/texts.ts'
import { memberOf } from '../../members.ts'

const MEGABYTE = 1024 * 1024
const MAX_SECRET = 31
const CLIPS = 0
/** Seconds, by streamType. */
const INTERVALS = [
  { min: 30, max: 1800 },
  { min: 1, max: 1800 },
] as const

const anonymousFlag = () => flag(0, { label: 'Anonymous' })

/** Two spellings of one switch: of two that differ the one counts that is not the stored one. */
function withBothSpellings<T extends { readonly aOnymous: Flag; readonly anonymous: Flag }>(
  fields: Field<T>,
): Field<T> {
  const read: Field<T>['read'] = (input, current, path) => {
    const next = fields.read(bothOf(input), current, path)
    if (next.aOnymous === next.anonymous) return next
    const value = current === undefined ? next.anonymous : ((1 - current.anonymous) as Flag)
    return { ...next, aOnymous: value, anonymous: value }
  }
  return { ...fields, read }
}

/** The spelling that is missing stands for the same. */
function bothOf(input: unknown): unknown {
  if (!isObject(input)) return input
  const aOnymous = memberOf(input, 'aOnymous')
  const anonymous = memberOf(input, 'anonymous')
  if (aOnymous === undefined && anonymous === undefined) return input
  return { ...input, aOnymous: aOnymous ?? anonymous, anonymous: anonymous ?? aOnymous }
}

const ftpFields = group({
  aOnymous: anonymousFlag(),
  anonymous: anonymousFlag(),
  maxSize: integer({ min: 10, max: 1024, initial: 100, label: 'Largest file', unit: 'MB' }),
  password: secret({ maxLen: MAX_SECRET, label: 'Password' }),
  port: port(21, { label: 'Port' }),
  remoteDir: folderPath({ maxLen: 255, label: 'Folder' }),
  schedule: group({
    enable: flag(1, { label: 'Upload' }),
    table: weeklySchedule('1', { label: 'Hours of the week' }),
  }),
  server: hostname({ maxLen: 127, label: 'Server' }),
  userName: text({ maxLen: 31, label: 'User' }),
  streamType: integer({ min: 0, max: 1, initial: 0, label: 'Pictures only' }),
  interval: integer({
    min: 1,
    max: 3600,
    initial: 30,
    label: 'Time after an event or between pictures',
    unit: 's',
  }),
})

export const ftp = setting('Ftp', {
  guide: ['3.3.7', '3.3.8'],
  summary: 'Upload of pictures and clips of events to an FTP server.',
  ability: { key: 'ftp' },
  fields: withBothSpellings(ftpFields) as Group<(typeof ftpFields)['members']>,
  check: ({ streamType, interval }) => {
    const { min, max } = INTERVALS[streamType === CLIPS ? 0 : 1]
    if (interval < min || interval > max)
      badValue('Ftp.interval', `${min}..${max} with streamType ${streamType}`)
  },
  apply: (value, { ftp: part }) =>
    part.configure({
      ...accountOf(value),
      what: value.streamType === CLIPS ? 'clips' : 'pictures',
      intervalS: value.interval,
      maxFileBytes: value.maxSize * MEGABYTE,
      hours: value.schedule.enable === 1 ? value.schedule.table : undefined,
    }),
})

const testFields = group({
  server: hostname({ maxLen: 127 }),
  port: port(21),
  aOnymous: anonymousFlag(),
  anonymous: anonymousFlag(),
  userName: optional(text({ maxLen: 31 })),
  password: optional(text({ maxLen: MAX_SECRET })),
  remoteDir: folderPath({ maxLen: 255 }),
})

export const testFtp = action('TestFtp', {
  guide: '3.3.13',
  summary: 'Writes a small file with the settings of the request and stores nothing (Q-70, Q-71).',
  access: { key: 'ftp', right: 'revise' },
  section: 'Ftp',
  fields: withBothSpellings(testFields),
  run: async (params, { parts }) => {
    const password = passwordOf(params, parts.settings.current(ftp))
    await parts.ftp.test(accountOf({ ...params, userName: params.userName ?? '', password }))
    return undefined
  },
})

/** The mask stands for the stored password, which goes to no other server and for no other user. */
function passwordOf(
  { password = '', server, port: at, userName }: Infer<typeof testFields>,
  stored: Infer<typeof ftpFields>,
): string {
  if (password !== SECRET_MASK) return password
  const isSame = server === stored.server && at === stored.port && userName === stored.userName
  if (!isSame) throw new CameraError('missing', 'the password of another server or user is needed')
  return stored.password
}

interface Account {
  readonly server: string
  readonly port: number
  readonly anonymous: Flag
  readonly userName: string
  readonly password: string
  readonly remoteDir: string
}

function accountOf({ server, port: at, anonymous: is, userName, password, remoteDir }: Account) {
  return { server, port: at, isAnonymous: is === 1, userName, password, remoteDir }
}
