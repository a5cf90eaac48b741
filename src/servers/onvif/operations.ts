/** The list of all operations. A new group is a file and a line here. */
import { DEVICE_OPERATIONS } from './device.ts'
import { NETWORK_OPERATIONS } from './device-network.ts'
import { TIME_OPERATIONS } from './device-time.ts'
import { USER_OPERATIONS } from './device-users.ts'
import { EVENT_OPERATIONS } from './events.ts'
import { IMAGING_OPERATIONS } from './imaging.ts'
import { MEDIA_OPERATIONS } from './media.ts'
import { MEDIA2_OPERATIONS } from './media2.ts'
import { NAMESPACES, type Prefix } from './names.ts'
import type { Operation } from './operation.ts'
import { OSD_OPERATIONS } from './osd.ts'
import { PTZ_OPERATIONS } from './ptz.ts'
import { RECORDING_OPERATIONS } from './recording.ts'
import { REPLAY_OPERATIONS } from './replay.ts'
import { SEARCH_OPERATIONS } from './search.ts'
import type { XmlElement } from './xml-reader.ts'

export const OPERATIONS: readonly Operation[] = [
  ...DEVICE_OPERATIONS,
  ...NETWORK_OPERATIONS,
  ...TIME_OPERATIONS,
  ...USER_OPERATIONS,
  ...MEDIA_OPERATIONS,
  ...MEDIA2_OPERATIONS,
  ...OSD_OPERATIONS,
  ...EVENT_OPERATIONS,
  ...PTZ_OPERATIONS,
  ...IMAGING_OPERATIONS,
  ...RECORDING_OPERATIONS,
  ...SEARCH_OPERATIONS,
  ...REPLAY_OPERATIONS,
]

const BY_NAME = new Map(
  OPERATIONS.map((operation) => {
    const [prefix, name] = operation.name.split(':')
    return [`${NAMESPACES[prefix as Prefix]} ${name}`, operation]
  }),
)

/** The operation that an element of a body asks for. */
export function findOperation({
  namespace,
  name,
}: Pick<XmlElement, 'namespace' | 'name'>): Operation | undefined {
  return BY_NAME.get(`${namespace} ${name}`)
}
