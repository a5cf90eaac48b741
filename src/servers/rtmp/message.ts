/** RTMP messages and the numbers of their types (RTMP 1.0 §5.4, §6, §7.1). */
import { type AmfValue, writeAmf0 } from '../../media/container/amf0.ts'

/** Message type ids; 8, 9 and 18 are those of FLV. */
export const MESSAGE = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAcknowledgementSize: 5,
  setPeerBandwidth: 6,
  audio: 8,
  video: 9,
  commandAmf3: 17,
  data: 18,
  command: 20,
} as const

/** Event types of user control messages (RTMP 1.0 §7.1.7). */
export const USER_CONTROL = { streamBegin: 0, streamEof: 1, pingRequest: 6, pingResponse: 7 } as const

/**
 * The only message stream. One number for all sessions, and for each createStream of a session: only so can
 * all viewers share the same bytes.
 */
export const STREAM_ID = 1

export interface Message {
  readonly type: number
  /** 0..2^32-1. */
  readonly timestampMs: number
  /** Message stream: 0 for the connection itself. */
  readonly streamId: number
  /** Pieces of the payload in their order. */
  readonly body: readonly Uint8Array[]
}

/** A protocol control message of one 32-bit number (RTMP 1.0 §5.4). */
export function controlMessage(type: number, value: number, ...more: readonly number[]): Message {
  const body = Buffer.alloc(4)
  body.writeUInt32BE(value >>> 0)
  return { type, timestampMs: 0, streamId: 0, body: [body, Uint8Array.from(more)] }
}

/** RTMP 1.0 §7.1.7: an event type and its data, here always one number. */
export function userControlMessage(event: number, value: number): Message {
  const body = Buffer.alloc(6)
  body.writeUInt16BE(event)
  body.writeUInt32BE(value >>> 0, 2)
  return { type: MESSAGE.userControl, timestampMs: 0, streamId: 0, body: [body] }
}

/** A command or its answer: name, transaction, then its values (RTMP 1.0 §7.2). */
export function commandMessage(streamId: number, ...values: readonly AmfValue[]): Message {
  return { type: MESSAGE.command, timestampMs: 0, streamId, body: [writeAmf0(...values)] }
}
