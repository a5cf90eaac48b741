/**
 * Entry of the recorder process: it writes what it is sent, and waits for the disk so that nobody else has to. What is
 * asked about one file is done in order; files don't wait for each other.
 */
import { messageOf } from '../base/errors.ts'
import { GrowingFile, mendFile } from './file.ts'
import type { RecorderEvent, RecorderRequest } from './protocol.ts'

/** Files that are being written, by id; one that failed stays as `undefined` until its close is asked for. */
const files = new Map<number, GrowingFile | undefined>()
/** The end of what was asked about each file. */
const queues = new Map<number, Promise<void>>()

process.on('message', (request: RecorderRequest) => {
  const { id } = request
  const done = (queues.get(id) ?? Promise.resolve()).then(() => perform(request))
  queues.set(id, done)
  done.finally(() => {
    if (queues.get(id) === done) queues.delete(id)
  })
})
// Without the camera nobody sends anything more. Every whole fragment is on the disk; the next start closes the files.
process.on('disconnect', async () => {
  await Promise.all(queues.values())
  process.exit(0)
})
// The camera decides when to stop: a Ctrl-C in the terminal reaches this process too.
process.on('SIGINT', () => {})

async function perform(request: RecorderRequest): Promise<void> {
  try {
    await DO[request.type](request as never)
  } catch (error) {
    const file = files.get(request.id)
    if (request.type === 'close') files.delete(request.id)
    else files.set(request.id, undefined)
    await file?.abandon().catch(() => undefined)
    tell({ type: 'failed', id: request.id, code: codeOf(error), reason: messageOf(error) })
  }
}

type Request<T extends RecorderRequest['type']> = Extract<RecorderRequest, { type: T }>
const DO: { readonly [T in RecorderRequest['type']]: (request: Request<T>) => Promise<void> } = {
  open: async ({ id, path, description, firstPts90k }) => {
    files.set(id, await GrowingFile.create(path, description, firstPts90k))
  },
  append: async ({ id, packets }) => {
    const file = files.get(id)
    if (file === undefined) return
    await file.append(packets)
    tell({ type: 'grown', id, ...file.state })
  },
  close: async ({ id, endPts90k }) => {
    const file = files.get(id)
    if (file !== undefined) tell({ type: 'closed', id, ...(await file.close(endPts90k)) })
    files.delete(id)
  },
  mend: async ({ id, path }) => {
    try {
      tell({ type: 'mended', id, isMissing: false, ...(await mendFile(path)) })
    } catch (error) {
      const isMissing = codeOf(error) === 'ENOENT'
      if (!isMissing && !isNoRecording(error)) throw error
      tell({ type: 'mended', id, isMissing, description: undefined, sizeBytes: 0, duration90k: 0 })
    }
  },
}

function isNoRecording(error: unknown): boolean {
  return error instanceof Error && error.name === 'ParseError'
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function tell(event: RecorderEvent): void {
  if (process.connected) process.send?.(event, () => {})
}
