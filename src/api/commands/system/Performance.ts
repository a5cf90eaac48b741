/** How busy the camera is (Guide §3.1.7, Q-48). */
import { action } from '../../define/command.ts'

export const getPerformance = action('GetPerformance', {
  guide: '3.1.7',
  summary:
    'Load of the last two seconds: kbit/s of all encoded streams, percent of the machine taken by the camera, kbit/s sent and received by its servers.',
  access: { key: 'performance', right: 'read' },
  readOnly: true,
  run: (_params, { parts }) => ({ value: { Performance: parts.performance.load } }),
})
