/** Picture and head of the one channel, composed; both follow the camera's clock. */
import { systemTimers } from '../base/timers.ts'
import { factorySettings } from '../engine/factory-settings.ts'
import { LiveChannel } from '../engine/live-channel.ts'
import { openHead } from '../ptz/open.ts'
import { channelNotes } from '../system/channel-notes.ts'
import type { Sightings } from './alarm.ts'
import type { Foundation } from './foundation.ts'

export type Channel = ReturnType<typeof createChannel>

export function createChannel(
  { config, store, clock, deviceClock, note, log: parentLog }: Foundation,
  sightings: Sightings,
) {
  const { source, ptz } = config
  const log = parentLog.child({ channel: 0 })
  const notes = channelNotes(note)
  const live = new LiveChannel({
    settings: factorySettings(source, deviceClock.reading),
    clock,
    log,
    watcher: {
      ...notes,
      sighting: (sighting, atMs) => sightings.sighting(sighting, atMs),
      crashed: (how) => {
        notes.crashed(how)
        sightings.crashed()
      },
    },
  })
  deviceClock.onChange(() => live.configure({ clock: deviceClock.reading }))
  const head = openHead({
    specification: ptz,
    source,
    channel: 0,
    clock,
    timers: systemTimers,
    memory: store.settings,
    log,
    show: (motion) => live.configure({ head: motion }),
    moving: (forMs) => sightings.moving(forMs),
  })
  return { live, head }
}
