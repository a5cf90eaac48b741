/** A picture of this moment, where GetSnapshotUri says it is. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Parts } from '../../api/parts.ts'
import type { Principal } from '../../auth/types.ts'
import { CameraError } from '../../base/errors.ts'
import { parseQuery } from '../query.ts'

/** Errors: CameraError `forbidden`, and those of the channel. */
export async function sendSnapshot(
  request: IncomingMessage,
  response: ServerResponse,
  { user }: Principal,
  { abilities, channels }: Parts,
): Promise<void> {
  if (!abilities.permits(user.level, { key: 'snap', right: 'read' })) {
    throw new CameraError('forbidden', `${user.name} may not take pictures`)
  }
  const url = request.url ?? ''
  const query = parseQuery(url.slice(url.indexOf('?') + 1))
  const stream = query.get('stream') === 'sub' ? 'sub' : 'main'
  const picture = await channels[0]!.snapshot({ stream })
  response.writeHead(200, {
    'Content-Type': 'image/jpeg',
    'Content-Length': picture.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(request.method === 'HEAD' ? undefined : picture)
}
