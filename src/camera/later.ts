/** What commands of later firmware need, composed: the white lamp, recording by hand. */
import type { AbilityKey } from '../api/ability.ts'
import type { Parts } from '../api/parts.ts'
import type { Part } from '../base/lifecycle.ts'
import { systemTimers } from '../base/timers.ts'
import type { Config } from '../config/schema.ts'
import type { LiveChannel } from '../engine/live-channel.ts'
import { ManualRecording } from '../recorder/manual.ts'
import type { DeviceClock } from '../system/device-clock.ts'
import { WhiteLamp } from '../system/white-lamp.ts'
import type { Alarm } from './alarm.ts'
import type { Recording } from './recording.ts'

/** Keys of GetAbility that say something about the picture, the lamp and the services of every Vedette. */
export const LATER_ABILITIES: readonly AbilityKey[] = [
  'httpFlv',
  'ispAntiFlick',
  'ispBackLight',
  'ispBright',
  'ispContrast',
  'ispDayNight',
  'ispExposureMode',
  'ispFlip',
  'ispHue',
  'ispMirror',
  'ispSatruation',
  'ispSharpen',
  'ispWhiteBalance',
  'scheduleVersion',
  'supportAudioAlarm',
  'supportFLBrightness',
  'supportFLKeepOn',
  'supportFLSchedule',
  'supportFLswitch',
  'supportHttpEnable',
  'supportHttpsEnable',
  'supportRtmpEnable',
  'supportRtspEnable',
  'supportWebhook',
]

interface LaterOptions {
  readonly config: Config
  readonly live: LiveChannel
  readonly alarm: Alarm
  readonly recording: Recording
  readonly deviceClock: DeviceClock
}

interface Later {
  readonly parts: Pick<Parts, 'manualRecording' | 'recordOn' | 'whiteLamps'>
  readonly part: Part
}

export function createLater({ config, live, alarm, recording, deviceClock }: LaterOptions): Later {
  const { recorder } = recording
  const manual = new ManualRecording({ recorder, clock: deviceClock, timers: systemTimers })
  const lamp = new WhiteLamp({
    clock: deviceClock,
    timers: systemTimers,
    show: (whiteLamp) => live.configure({ whiteLamp }),
  })
  alarm.events.listen({
    began: ({ kind }) => kind === 'motion' && lamp.motion(true),
    ended: ({ kind }) => kind === 'motion' && lamp.motion(false),
  })
  return {
    parts: {
      manualRecording: [manual],
      recordOn: config.recordOn,
      whiteLamps: [lamp],
    },
    part: {
      name: 'white lamp',
      start: () => {
        deviceClock.onChange(() => lamp.start())
        lamp.start()
      },
      stop: () => lamp.stop(),
    },
  }
}
