/** The recording plan as later firmware has it: a switch, and a table of hours for each reason. */
import { LATER } from '../../define/command.ts'
import { rec } from '../record/Rec.ts'
import { laterView } from './later-view.ts'

export const [getRecV20, setRecV20] = laterView(rec, {
  section: 'Rec',
  key: 'recCfg',
  guide: LATER,
  summary:
    'The recording plan with a switch of its own. The hours stand under TIMING, or under MD with the option --record-on motion; the other ones cannot be set.',
  reasonIn: ({ recordOn }) => (recordOn === 'motion' ? 'MD' : 'TIMING'),
})
