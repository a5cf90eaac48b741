/** The disk for recordings (Guide §3.1.8–3.1.9, Q-48–Q-50, docs/design/storage-volume.md). */
import { action } from '../../define/command.ts'
import { badValue, type Field, missing } from '../../define/field.ts'
import { group, list } from '../../define/groups.ts'
import { integer } from '../../define/numbers.ts'

const MIB = 1024 * 1024
/** The camera has one. */
const DISK_ID = 0

const several = list(integer({ min: DISK_ID, max: DISK_ID, initial: DISK_ID }), { max: 16 })

/** A list of disks, or the number of one. An empty list would ask for nothing. */
const disks: Field<readonly number[]> = {
  ...several,
  read: (input, current, path) => {
    if (input === undefined) missing(path)
    const ids = several.read(Array.isArray(input) ? input : [input], current, path)
    return ids.length > 0 ? ids : badValue(path, 'a list of disks')
  },
}

export const getHddInfo = action('GetHddInfo', {
  guide: '3.1.8',
  summary:
    'The disk for recordings: capacity and free space in MiB; `mount` is 0 while it is missing, cannot be written or is another one than before.',
  access: { key: 'sdCard', right: 'read' },
  readOnly: true,
  run: async (_params, { parts }) => {
    const { capacityBytes, freeBytes, isFormatted, isMounted } = await parts.volume.state()
    const disk = {
      capacity: Math.floor(capacityBytes / MIB),
      format: isFormatted ? 1 : 0,
      id: DISK_ID,
      mount: isMounted ? 1 : 0,
      size: Math.floor(freeBytes / MIB),
    }
    return { value: { HddInfo: [disk] } }
  },
})

export const format = action('Format', {
  guide: '3.1.9',
  summary:
    'Erases all recordings of the disks in `id`, a list or one number, and nothing else there. It also accepts a disk that was exchanged.',
  access: { key: 'sdCard', right: 'revise' },
  section: 'HddInfo',
  fields: group({ id: disks }),
  run: async (_params, { parts, principal, address }) => {
    await parts.volume.format()
    const detail = `disk ${DISK_ID} formatted`
    parts.deviceLog.write({ type: 'disk', detail, userName: principal.user.name, address })
    return undefined
  },
})
