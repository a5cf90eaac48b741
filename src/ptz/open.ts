/** From the option `--ptz` to a head that can be commanded. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Timers } from '../base/timers.ts'
import { type HeadMotion, homeOf } from '../engine/head/motion.ts'
import { Ptz } from './control.ts'
import { DigitalHead } from './digital.ts'
import type { Memory } from './memory.ts'
import { NoticedHead } from './noticed.ts'
import { OnvifHead } from './onvif.ts'
import { PelcoHead } from './pelco-d.ts'
import { PoseMemory } from './pose-memory.ts'
import { SerialLine } from './serial-line.ts'
import { parseHead } from './specification.ts'

interface OpenOptions {
  /** As on the command line. */
  readonly specification: string
  /** The source of the picture: it decides where home is. */
  readonly source: string
  readonly channel: number
  readonly clock: Clock
  readonly timers: Timers
  readonly memory: Memory
  readonly log: Log
  /** Hands a motion to the engine. */
  readonly show: (motion: HeadMotion) => void
  /** Is told for how long from now a head that the engine does not know moves the picture. */
  readonly moving: (forMs: number) => void
}

/** What the rest of the camera holds of a head. */
export interface OpenedHead {
  readonly ptz: Ptz
  stop(): Promise<void>
}

/** Errors: CameraError `bad-value` for an impossible specification. */
export function openHead(options: OpenOptions): OpenedHead {
  const wanted = parseHead(options.specification)
  switch (wanted.kind) {
    case 'digital':
      return openDigital(options)
    case 'pelco-d': {
      const pelco = new PelcoHead(new SerialLine(wanted.device))
      const head = new NoticedHead(pelco, options.moving)
      return opened(new Ptz({ ...options, head, setSerial: (settings) => pelco.configure(settings) }))
    }
    case 'onvif': {
      const { url, user, password } = wanted
      const onvif = new OnvifHead({ url, account: { user, password }, clock: options.clock })
      const head = new NoticedHead(onvif, options.moving)
      return opened(new Ptz({ ...options, head }))
    }
  }
}

function openDigital(options: OpenOptions): OpenedHead {
  const { source, channel, clock, timers, memory, log, show } = options
  const positions = new PoseMemory({ memory, key: `PtzHead/${channel}`, timers, log })
  const pose = positions.load(homeOf(source))
  const head = new DigitalHead({ clock, timers, pose, show, rested: (at) => positions.keep(at) })
  const ptz = new Ptz({ ...options, head, home: homeOf(source) })
  const stop = async () => {
    await ptz.stop()
    positions.keep(head.pose())
    positions.flush()
  }
  return { ptz, stop }
}

function opened(ptz: Ptz): OpenedHead {
  return { ptz, stop: () => ptz.stop() }
}
