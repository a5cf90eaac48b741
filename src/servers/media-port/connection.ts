/** One client of the media port: frames, deadlines, and who it is. */
import type { Socket } from 'node:net'
import type { Principal } from '../../auth/types.ts'
import { messageOf, ParseError } from '../../base/errors.ts'
import { masked, sealed } from './cipher.ts'
import { CLASS, channelOf, type Frame, FrameReader, printFrame } from './frame.ts'
import { Login } from './login.ts'
import {
  alarmBody,
  COMMAND,
  deviceBody,
  type MotionState,
  nonceBody,
  PUSH_CHANNEL,
  STATUS,
} from './messages.ts'
import type { MediaPortOptions } from './options.ts'

/** From the beginning until somebody has logged in. */
const LOGIN_MS = 15_000
/** Without a frame; clients send one every 30 s. */
const IDLE_MS = 120_000
/** For what was written to leave. */
const GOODBYE_MS = 1000
const MAX_LOGIN_BODY = 4096
const MAX_BODY = 64 * 1024
/** A client that does not read is let go. */
const MAX_UNSENT = 64 * 1024
/** Wrong logins on one connection; the throttle counts them besides. */
const MAX_LOGINS = 3

/** Those who have logged in. */
interface Room {
  /** False if there is no place. */
  take(connection: Connection): boolean
  leave(connection: Connection): void
}

export class Connection {
  readonly #socket: Socket
  readonly #options: MediaPortOptions
  readonly #room: Room
  readonly #reader = new FrameReader()
  #login: Login | undefined
  #logins = 0
  /** Hides bodies from the login on. */
  #key: Buffer | undefined
  #isSubscribed = false
  #isEnded = false
  #isWorking = false
  readonly #waiting: Frame[] = []
  #deadline: NodeJS.Timeout
  #forget: (() => void) | undefined

  constructor(socket: Socket, options: MediaPortOptions, room: Room) {
    this.#socket = socket
    this.#options = options
    this.#room = room
    this.#deadline = setTimeout(() => socket.destroy(), LOGIN_MS)
    socket.setNoDelay(true)
    // The listener logs it; this one keeps it from being thrown where there is none.
    socket.on('error', () => {})
    socket.on('data', (bytes) => this.#receive(bytes))
    socket.once('close', () => this.#release())
  }

  /** Tells what moves, if the client has asked to be told. */
  push(states: readonly MotionState[]): void {
    if (this.#key === undefined || !this.#isSubscribed || this.#isEnded) return
    const body = sealed(alarmBody(states), this.#key)
    this.#write({ command: COMMAND.alarm, tag: PUSH_CHANNEL, status: STATUS.ok, class: CLASS.modern, body })
  }

  /** Nothing thrown here may leave: it would end the process. */
  #receive(bytes: Buffer): void {
    if (this.#isEnded) return
    try {
      const limit = () => (this.#key === undefined ? MAX_LOGIN_BODY : MAX_BODY)
      this.#waiting.push(...this.#reader.read(bytes, limit))
    } catch (error) {
      const { log } = this.#options
      if (error instanceof ParseError)
        log.debug({ reason: messageOf(error) }, 'media port: a client was closed')
      else log.error({ err: error }, 'media port: a client was closed')
      this.#socket.destroy()
      return
    }
    if (this.#key !== undefined) this.#alive()
    if (!this.#isWorking) void this.#work()
  }

  /** One after the other: a login takes its time, and what follows may rely on it. */
  async #work(): Promise<void> {
    this.#isWorking = true
    this.#socket.pause()
    for (
      let frame = this.#waiting.shift();
      frame !== undefined && !this.#isEnded;
      frame = this.#waiting.shift()
    ) {
      try {
        await this.#answer(frame)
      } catch (error) {
        this.#options.log.error({ err: error }, 'media port: a command failed')
        this.#socket.destroy()
      }
    }
    this.#isWorking = false
    this.#socket.resume()
  }

  async #answer(frame: Frame): Promise<void> {
    if (this.#key === undefined) await this.#answerStranger(frame)
    else if (frame.command === COMMAND.logout) {
      this.#reply(frame, STATUS.ok)
      this.#end()
    } else if (frame.command === COMMAND.subscribe) {
      this.#reply(frame, STATUS.ok)
      this.#isSubscribed = true
      this.push(this.#options.motion.map(({ isMotion }, channel) => ({ channel, isMotion })))
    } else if (frame.command === COMMAND.keepAlive) this.#reply(frame, STATUS.ok)
    else this.#reply(frame, STATUS.notSupported)
  }

  /** The nonce, then the login; anything else is no client of ours. */
  async #answerStranger(frame: Frame): Promise<void> {
    const { command, tag, class: kind, body } = frame
    if (command !== COMMAND.login) {
      this.#end()
      return
    }
    if (kind === CLASS.legacy) {
      this.#login = new Login(this.#options, this.#socket.remoteAddress)
      const answer = masked(nonceBody(this.#login.nonce), channelOf(tag))
      this.#write({ command, tag, status: STATUS.masked, class: CLASS.legacyAnswer, body: answer })
      return
    }
    const entered = await this.#login?.enter(masked(body, channelOf(tag)))
    if (this.#isEnded) return
    this.#logins += 1
    if (entered === undefined) {
      this.#reply(frame, STATUS.unauthorised)
      if (this.#logins >= MAX_LOGINS) this.#end()
    } else this.#enter(frame, entered)
  }

  #enter(frame: Frame, { principal, key }: { readonly principal: Principal; readonly key: Buffer }): void {
    const { mayListen, motion, authenticated } = this.#options
    if (!mayListen(principal) || !this.#room.take(this)) {
      this.#reply(frame, STATUS.notFound)
      this.#end()
      return
    }
    authenticated?.(this.#socket)
    this.#forget = principal.onEnd(() => this.#end())
    this.#reply(frame, STATUS.ok, masked(deviceBody(motion.length), channelOf(frame.tag)))
    this.#key = key
    this.#alive()
  }

  #reply({ command, tag }: Frame, status: number, body: Frame['body'] = Buffer.alloc(0)): void {
    this.#write({ command, tag, status, class: CLASS.modern, body })
  }

  #write(frame: Frame): void {
    if (this.#socket.destroyed) return
    if (this.#socket.writableLength > MAX_UNSENT) this.#socket.destroy()
    else this.#socket.write(printFrame(frame))
  }

  #alive(): void {
    clearTimeout(this.#deadline)
    if (!this.#isEnded) this.#deadline = setTimeout(() => this.#end(), IDLE_MS)
  }

  /** What was written goes out, then the connection ends. */
  #end(): void {
    if (this.#isEnded) return
    this.#release()
    this.#socket.end()
    this.#deadline = setTimeout(() => this.#socket.destroy(), GOODBYE_MS)
  }

  #release(): void {
    this.#isEnded = true
    clearTimeout(this.#deadline)
    this.#room.leave(this)
    this.#forget?.()
    this.#forget = undefined
    this.#waiting.length = 0
  }
}
