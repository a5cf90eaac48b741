/** Mails about events (Guide §3.3.5, §3.3.6, §3.3.20; ). */
import { CameraError } from '../../../base/errors.ts'
import { choice } from '../../define/choice.ts'
import { action } from '../../define/command.ts'
import { type Infer, optional } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag, port } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { weeklySchedule } from '../../define/tables.ts'
import { hostname, mailAddress, mailLogin, SECRET_MASK, secret, text } from '../../define/texts.ts'

const INTERVAL_MS = {
  '30 Seconds': 30_000,
  '1 Minute': 60_000,
  '5 Minutes': 300_000,
  '10 Minutes': 600_000,
} as const
const INTERVALS = Object.keys(INTERVAL_MS) as (keyof typeof INTERVAL_MS)[]

const MAX_SECRET = 31
const address = (place: number) => mailAddress({ label: `Recipient ${place}` })
const attachment = () =>
  choice(['O', 'picture', 'video', 'onlyPicture', 'no'], { initial: 'picture', label: 'Attachment' })
const interval = () => choice(INTERVALS, { initial: '30 Seconds', label: 'At most one mail in' })

export const email = setting('Email', {
  guide: ['3.3.5', '3.3.6'],
  summary: 'Mails about events: who gets them, how often, with which attachment, and in which hours.',
  ability: { key: 'email' },
  fields: group({
    addr1: address(1),
    addr2: address(2),
    addr3: address(3),
    attachment: attachment(),
    interval: interval(),
    password: secret({ maxLen: MAX_SECRET, label: 'Password' }),
    smtpPort: port(465, { label: 'Port' }),
    smtpServer: hostname({ maxLen: 127, initial: 'smtp.gmail.com', label: 'Mail server' }),
    ssl: flag(1, { label: 'Encrypted' }),
    userName: mailLogin({ label: 'Sender' }),
    schedule: group({
      enable: flag(1, { label: 'Send mails' }),
      table: weeklySchedule('1', { label: 'Hours of the week' }),
    }),
  }),
  apply: (value, { email: part }) =>
    part.configure({
      ...accountOf(value),
      attachment: value.attachment === 'O' || value.attachment === 'no' ? 'none' : value.attachment,
      intervalMs: INTERVAL_MS[value.interval],
      hours: value.schedule.enable === 1 ? value.schedule.table : undefined,
    }),
})

const testFields = group({
  smtpServer: hostname({ maxLen: 127 }),
  smtpPort: port(465),
  userName: mailLogin(),
  password: optional(text({ maxLen: MAX_SECRET })),
  ssl: flag(1),
  addr1: optional(mailAddress()),
  addr2: optional(mailAddress()),
  addr3: optional(mailAddress()),
  attachment: optional(attachment()),
  interval: optional(interval()),
})

export const testEmail = action('TestEmail', {
  guide: '3.3.20',
  summary: 'Sends a mail with the settings of the request and stores nothing (Q-70 to Q-72).',
  access: { key: 'email', right: 'revise' },
  section: 'Email',
  fields: testFields,
  run: async (params, { parts }) => {
    await parts.email.test(
      accountOf({ ...params, password: passwordOf(params, parts.settings.current(email)) }),
    )
    return undefined
  },
})

type TestParams = Infer<typeof testFields>

/** The mask stands for the stored password, which goes to no other server and for no other user. */
function passwordOf(
  { password = '', smtpServer, smtpPort, userName }: TestParams,
  stored: Infer<typeof email.fields>,
): string {
  if (password !== SECRET_MASK) return password
  const isSame =
    smtpServer === stored.smtpServer && smtpPort === stored.smtpPort && userName === stored.userName
  if (!isSame) throw new CameraError('missing', 'the password of another server or user is needed')
  return stored.password
}

interface Account {
  readonly smtpServer: string
  readonly smtpPort: number
  readonly userName: string
  readonly password: string
  readonly ssl: 0 | 1
  readonly addr1?: string | undefined
  readonly addr2?: string | undefined
  readonly addr3?: string | undefined
}

function accountOf({ smtpServer, smtpPort, userName, password, ssl, addr1, addr2, addr3 }: Account) {
  return {
    ...{ smtpServer, smtpPort, userName, password, isSecure: ssl === 1 },
    recipients: [addr1, addr2, addr3].filter((one): one is string => one !== undefined && one !== ''),
  }
}
