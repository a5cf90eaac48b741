/**
 * A serial port, as a file that is set with stty(1). Opening waits for nothing: neither for a carrier nor for a peer.
 * A port that was unplugged is opened again by the next write.
 */
import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { CameraError, messageOf } from '../base/errors.ts'
import { runProgram } from '../base/program.ts'

export interface SerialSettings {
  readonly baudRate: number
  readonly dataBits: number
  readonly stopBits: number
  readonly parity: 'none' | 'odd' | 'even'
  readonly flowControl: 'none' | 'hard' | 'xon' | 'xoff'
  readonly protocol: 'PELCO_D' | 'PELCO_P'
  /** Number of the head on the line. */
  readonly address: number
}

/** stty does its work in milliseconds; on a broken adapter it may hang. */
const STTY_LIMIT_MS = 2000

export class SerialLine {
  readonly #device: string
  #settings: SerialSettings | undefined
  #file: FileHandle | undefined

  constructor(device: string) {
    this.#device = device
  }

  /** Sets the port. Errors: CameraError `connect-failed` if it is not there, `set-failed` if it cannot do that. */
  async configure(settings: SerialSettings): Promise<void> {
    this.#settings = settings
    await this.close()
    await this.#open()
  }

  /** Errors: CameraError `connect-failed`, `set-failed`, `send-failed`. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#file ??= await this.#open()
    try {
      const { bytesWritten } = await this.#file.write(bytes)
      if (bytesWritten < bytes.length) throw new Error('the port takes nothing more')
    } catch (error) {
      await this.close()
      throw new CameraError('send-failed', `cannot write to ${this.#device}: ${messageOf(error)}`, error)
    }
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close().catch(() => undefined)
  }

  async #open(): Promise<FileHandle> {
    let file: FileHandle
    try {
      file = await open(this.#device, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK)
    } catch (error) {
      throw new CameraError('connect-failed', `cannot open ${this.#device}: ${messageOf(error)}`, error)
    }
    try {
      if (this.#settings !== undefined)
        await stty(this.#device, sttyArguments(this.#settings, await isPseudoTerminal(this.#device)))
    } catch (error) {
      await file.close().catch(() => undefined)
      throw error
    }
    this.#file = file
    return file
  }
}

/** The settings in the words of stty(1). A pseudo-terminal has no frames, and Linux refuses to change theirs. */
export function sttyArguments(settings: SerialSettings, isPseudo = false): readonly string[] {
  const { baudRate, dataBits, stopBits, parity, flowControl } = settings
  const on = (word: string, holds: boolean) => (holds ? word : `-${word}`)
  const frame = [`cs${dataBits}`, on('parenb', parity !== 'none'), on('parodd', parity === 'odd')]
  return [
    // raw also clears parenb and sets cs8, so it comes first.
    'raw',
    '-echo',
    'clocal',
    '-hupcl',
    String(baudRate),
    ...(isPseudo ? [] : frame),
    on('cstopb', stopBits === 2),
    on('crtscts', flowControl === 'hard'),
    on('ixon', flowControl === 'xon'),
    on('ixoff', flowControl === 'xoff'),
  ]
}

/** A port that leads to another program, such as socat makes them (pts(4)). */
async function isPseudoTerminal(device: string): Promise<boolean> {
  return (await realpath(device)).startsWith('/dev/pts/')
}

async function stty(device: string, words: readonly string[]): Promise<void> {
  try {
    await runProgram('stty', ['-F', device, ...words], STTY_LIMIT_MS)
  } catch (error) {
    throw new CameraError('set-failed', `cannot set ${device}: ${messageOf(error)}`)
  }
}
