/** Gets of which the guide prints nothing but the code: they answer their section and the code. */
import { oncePer } from '../../base/once.ts'
import { RSP_OK } from '../errors.ts'
import type { Command, Success } from './command.ts'

const withCode = oncePer(
  (answer: Success): Success => ({ ...answer, value: { ...answer.value, rspCode: RSP_OK } }),
)

/** The same Get, with `"rspCode": 200` beside its section. */
export function printsCode(get: Command): Command {
  return {
    ...get,
    run: async (params, call, channel) => withCode((await get.run(params, call, channel)) as Success),
  }
}
