/** One exchange with a time server over UDP. */
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import type { Clock } from '../../base/clock.ts'
import { CameraError, messageOf, ParseError } from '../../base/errors.ts'
import { resolveTarget } from '../../base/outgoing.ts'
import { type KissOfDeath, readAnswer, request, type ServerTime } from './packet.ts'

/** For resolving the name and the answer. */
const LIMIT_MS = 10_000
const ANSWER_LIMIT_MS = 5000
/** Clocks of different grain can make a short way negative (RFC 4330 §5); more than that is a lie. */
const GRAIN_MS = 10

export interface NtpServer {
  /** Host name or address. */
  readonly host: string
  readonly port: number
}

/** What time it really was at a moment of the monotonic clock. */
export interface Measurement {
  readonly utcMs: number
  readonly monotonicMs: number
  /** On the way there and back; half of it is how wrong the time can be. */
  readonly delayMs: number
  readonly stratum: number
}

interface QueryOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly allowLocalTargets: boolean
}

/**
 * Asks once. Answers that are not to be believed are passed over; the last one gives the reason.
 * Errors: CameraError `connect-failed`, `timeout`, `receive-failed`.
 */
export async function query(
  { host, port }: NtpServer,
  { clock, allowLocalTargets }: QueryOptions,
): Promise<Measurement | KissOfDeath> {
  const startedMs = clock.monotonicMs()
  const [target] = await resolveTarget(host, { allowLocalTargets })
  const socket = createSocket(target!.family === 6 ? 'udp6' : 'udp4')
  const nonce = randomBytes(8)
  try {
    return await new Promise((resolve, reject) => {
      let refusal = ''
      const timer = setTimeout(
        () => {
          const because = refusal === '' ? '' : `; what came was refused: ${refusal}`
          const kind = refusal === '' ? 'timeout' : 'receive-failed'
          reject(new CameraError(kind, `${host} did not answer in time${because}`))
        },
        Math.min(ANSWER_LIMIT_MS, startedMs + LIMIT_MS - clock.monotonicMs()),
      )
      const fail = (error: Error) => {
        clearTimeout(timer)
        reject(new CameraError('connect-failed', `${host} cannot be asked: ${messageOf(error)}`, error))
      }
      socket.on('error', fail)
      // A connected socket gets nothing but what comes from this address and port.
      socket.connect(port, target!.address, () => {
        const askedMs = clock.monotonicMs()
        socket.on('message', (packet) => {
          const takenMs = clock.monotonicMs() - askedMs
          try {
            const answer = readAnswer(packet, nonce)
            clearTimeout(timer)
            if ('kiss' in answer) return resolve(answer)
            resolve(measurementOf(answer, askedMs, takenMs))
          } catch (error) {
            refusal = messageOf(error)
          }
        })
        socket.send(request(nonce), (error) => error && fail(error))
      })
    })
  } finally {
    socket.close()
  }
}

function measurementOf(
  { receivedMs, sentMs, stratum }: ServerTime,
  askedMs: number,
  takenMs: number,
): Measurement {
  const delayMs = takenMs - (sentMs - receivedMs)
  if (delayMs < -GRAIN_MS) throw new ParseError('RFC 4330 §5', 'it was faster than its own account of it', 32)
  // The way there is taken to be as long as the way back.
  const utcMs = (receivedMs + sentMs - takenMs) / 2
  return { utcMs, monotonicMs: askedMs, delayMs: Math.max(0, delayMs), stratum }
}
