/**
 * A motorised head on a serial line: Pelco-D, or Pelco-P where PtzSerial says so. It only listens; whether it is
 * there is not known. Left out: everything that asks a head back.
 */
import { CameraError } from '../base/errors.ts'
import type { Direction, Head, Place } from './head.ts'
import { MAX_SPEED } from './limits.ts'
import type { SerialSettings } from './serial-line.ts'

/** Time a head gets for the way to a preset. */
const WAY_MS = 4000

/** Bits of the two command bytes (Pelco-D protocol manual, "Standard commands"). */
const IRIS_CLOSE = 0x0400
const IRIS_OPEN = 0x0200
const FOCUS_NEAR = 0x0100
const FOCUS_FAR = 0x0080
const ZOOM_WIDE = 0x0040
const ZOOM_TELE = 0x0020
const DOWN = 0x0010
const UP = 0x0008
const LEFT = 0x0004
const RIGHT = 0x0002
const STOP = 0x0000

/** Extended commands of the same manual; bit 0 marks them. The argument stands in the last data byte. */
const SET_PRESET = 0x0003
const CLEAR_PRESET = 0x0005
const GO_TO_PRESET = 0x0007
const ZOOM_SPEED = 0x0025
const FOCUS_SPEED = 0x0027
const AUTO_FOCUS = 0x002b
/** Arguments of AUTO_FOCUS. */
const FOCUS_BY_ITSELF = 0
const FOCUS_BY_HAND = 2
/** Zoom and focus have four speeds, 0 to 3. */
const LENS_SPEEDS = 4

interface Line {
  configure(settings: SerialSettings): Promise<void>
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** One command: bits, and the data bytes for pan and tilt. */
interface Message {
  readonly command: number
  readonly pan?: number
  readonly tilt?: number
}

export class PelcoHead implements Head {
  readonly #line: Line
  #address = 1
  #protocol: SerialSettings['protocol'] = 'PELCO_D'
  #focusesItself = true

  constructor(line: Line) {
    this.#line = line
  }

  /** Errors: CameraError `connect-failed`, `set-failed`. */
  async configure(settings: SerialSettings): Promise<void> {
    this.#address = settings.address
    this.#protocol = settings.protocol
    await this.#line.configure(settings)
  }

  async turn({ pan, tilt }: Direction, speed: number): Promise<undefined> {
    const command = [0, RIGHT, LEFT].at(pan)! | [0, DOWN, UP].at(tilt)!
    // 0x3f is the greatest ordinary speed.
    const pace = speed - 1
    await this.#send({ command, pan: pan === 0 ? 0 : pace, tilt: tilt === 0 ? 0 : pace })
  }

  async zoom(way: 1 | -1, speed: number): Promise<void> {
    await this.#send({ command: ZOOM_SPEED, tilt: lensSpeed(speed) })
    await this.#send({ command: way > 0 ? ZOOM_TELE : ZOOM_WIDE })
  }

  async focus(way: 1 | -1, speed: number): Promise<void> {
    await this.#send({ command: FOCUS_SPEED, tilt: lensSpeed(speed) })
    await this.#send({ command: way > 0 ? FOCUS_FAR : FOCUS_NEAR })
  }

  async iris(way: 1 | -1): Promise<void> {
    await this.#send({ command: way > 0 ? IRIS_OPEN : IRIS_CLOSE })
  }

  async stop(): Promise<void> {
    await this.#send({ command: STOP })
  }

  async lensTo(): Promise<void> {
    throw new CameraError('not-supported', 'a head on a serial line takes no positions of its lens')
  }

  async remember(slot: number): Promise<Place> {
    await this.#send({ command: SET_PRESET, tilt: slot })
    return { kind: 'pelco', preset: slot }
  }

  async forget(place: Place): Promise<void> {
    if (place.kind === 'pelco') await this.#send({ command: CLEAR_PRESET, tilt: place.preset })
  }

  async goTo(place: Place): Promise<number> {
    if (place.kind !== 'pelco')
      throw new CameraError('not-exist', 'the place belongs to another kind of head')
    await this.#send({ command: GO_TO_PRESET, tilt: place.preset })
    return WAY_MS
  }

  async setAutoFocus(enabled: boolean): Promise<void> {
    if (enabled === this.#focusesItself) return
    await this.#send({ command: AUTO_FOCUS, tilt: enabled ? FOCUS_BY_ITSELF : FOCUS_BY_HAND })
    this.#focusesItself = enabled
  }

  pose(): undefined {
    return undefined
  }

  async close(): Promise<void> {
    await this.#line.close()
  }

  async #send(message: Message): Promise<void> {
    const frame = this.#protocol === 'PELCO_D' ? pelcoD : pelcoP
    await this.#line.write(frame(this.#address, message))
  }
}

/** Seven bytes: synchronisation, address, command 1, command 2, pan, tilt, sum of bytes 2 to 6. */
export function pelcoD(address: number, { command, pan = 0, tilt = 0 }: Message): Uint8Array {
  const body = [address, command >> 8, command & 0xff, pan, tilt]
  return Uint8Array.from([0xff, ...body, body.reduce((sum, byte) => sum + byte, 0) & 0xff])
}

/**
 * Eight bytes: STX, address from 0, data 1 to 4, ETX, exclusive or of all before. The bits of data 1 for focus
 * and iris lie one place higher than in Pelco-D; those of data 2 are the same but for focus far, which is in data 1.
 */
export function pelcoP(address: number, { command, pan = 0, tilt = 0 }: Message): Uint8Array {
  const isExtended = (command & 1) === 1
  const lens = isExtended ? 0 : ((command >> 8) << 1) | (command & FOCUS_FAR ? 1 : 0)
  const motion = isExtended ? command : command & ~FOCUS_FAR
  const body = [0xa0, address - 1, lens, motion & 0xff, pan, tilt, 0xaf]
  return Uint8Array.from([...body, body.reduce((sum, byte) => sum ^ byte, 0)])
}

function lensSpeed(speed: number): number {
  return Math.floor(((speed - 1) * LENS_SPEEDS) / MAX_SPEED)
}
