/**
 * Entry of the engine process, forked by `channel.ts`: native code lives here and nowhere else, so that its
 * crash costs a part of a second of one channel. An error nobody expected ends the process, and so does the
 * end of the camera process.
 */
import { AV_LOG_QUIET } from 'node-av/constants'
import { Log } from 'node-av/lib'
import { systemClock } from '../base/clock.ts'
import { Outbox } from './outbox.ts'
import { Pipeline } from './pipeline.ts'
import type { EngineRequest } from './protocol.ts'

const BEAT_MS = 1000

// FFmpeg would print addresses with their passwords.
Log.setLevel(AV_LOG_QUIET)

const outbox: Outbox = new Outbox(
  (event, written) => {
    if (process.connected) process.send?.(event, written)
  },
  (stream) => pipeline.requestKey(stream),
)
const pipeline = new Pipeline(systemClock, (event) => outbox.send(event))

process.on('message', (request: EngineRequest) => {
  switch (request.type) {
    case 'configure':
      return pipeline.configure(request)
    case 'key-frame':
      return pipeline.requestKey(request.stream)
    case 'snapshot':
      return pipeline.snapshot(request)
  }
})
// There is nothing to tidy up, and a regular exit would wait for reads that hang.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// The camera's process decides when to stop: a Ctrl-C in the terminal reaches this process too.
process.on('SIGINT', () => {})

outbox.send({ type: 'beat' })
setInterval(() => outbox.send({ type: 'beat' }), BEAT_MS)
