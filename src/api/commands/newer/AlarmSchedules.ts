/** What tells of motion, as later firmware has it: a switch beside the hours, which are those of motion. */
import { LATER } from '../../define/command.ts'
import { audioAlarm } from '../alarm/AudioAlarm.ts'
import { email } from '../network/Email.ts'
import { ftp } from '../network/Ftp.ts'
import { push } from '../network/Push.ts'
import { laterView } from './later-view.ts'
import type { Reason } from './schedules.ts'

const common = { guide: LATER, reasonIn: (): Reason => 'MD' }
const summary = (what: string) =>
  `${what}, with a switch beside the hours. They stand under MD; those of TIMING cannot be set.`

export const [getEmailV20, setEmailV20] = laterView(email, {
  ...common,
  ...{ section: 'Email', key: 'email', summary: summary('Mails about events') },
})

export const [getFtpV20, setFtpV20] = laterView(ftp, {
  ...common,
  ...{ section: 'Ftp', key: 'ftp', summary: summary('Uploads by FTP') },
})

export const [getPushV20, setPushV20] = laterView(push, {
  ...common,
  ...{ section: 'Push', key: 'push', summary: summary('Push') },
})

export const [getAudioAlarmV20, setAudioAlarmV20] = laterView(audioAlarm, {
  ...common,
  ...{ section: 'Audio', key: 'alarmAudio', summary: summary('The siren') },
})
