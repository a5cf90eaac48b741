/** The camera's name by itself: the one in the picture and in GetDevInfo. */
import { action, LATER } from '../../define/command.ts'
import { group } from '../../define/groups.ts'
import { cameraName, osd } from '../video-input/Osd.ts'

const SECTION = 'DevName'

export const getDevName = action('GetDevName', {
  guide: LATER,
  summary: 'The name of the camera.',
  access: { key: 'devName', right: 'read' },
  section: SECTION,
  readOnly: true,
  run: (_params, { entry, parts }) => {
    const section = (value: object) => ({ [SECTION]: value })
    const value = section({ name: parts.settings.current(osd).osdChannel.name })
    if (entry.action !== 1) return { value }
    return {
      initial: section({ name: cameraName.initial }),
      range: section({ name: cameraName.range() }),
      value,
    }
  },
})

export const setDevName = action('SetDevName', {
  guide: LATER,
  summary: 'Names the camera, also in the picture.',
  access: { key: 'devName', right: 'revise' },
  section: SECTION,
  fields: group({ name: cameraName }),
  run: async (osdChannel, { parts, principal, address }) => {
    await parts.settings.change(osd, 0, { osdChannel }, { userName: principal.user.name, address })
    return undefined
  },
})
