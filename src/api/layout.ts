/** The text layout of answers (Guide §3, Q-05): `"name" : value`, three blanks a level. Clients search it literally. */
import { oncePer } from '../base/once.ts'
import type { Success } from './define/command.ts'
import type { ApiError } from './errors.ts'
import { RSP_OK } from './errors.ts'

// A member name at the start of its line, as JSON.stringify prints it. Strings hold no raw line break, so
// nothing inside a value can look like one.
const MEMBER = /^( *"(?:[^"\\]|\\.)*"): /gm

/** One entry of an answer array, without its separator. `<` is escaped because browsers may take the text for HTML. */
function printEntry(entry: object): string {
  const text = JSON.stringify([entry], undefined, 3).slice(2, -2).replace(MEMBER, '$1 : ')
  return text.includes('<') ? text.replaceAll('<', '\\u003c') : text
}

const DONE: Success = { value: { rspCode: RSP_OK } }
/** Texts by command name. Commands that give back the same object again and again are printed once. */
const textsOf = oncePer((_success: Success) => new Map<string, string>())

export function printSuccess(cmd: string, success: Success = DONE): string {
  const texts = textsOf(success)
  const known = texts.get(cmd)
  if (known !== undefined) return known
  const text = printEntry({ cmd, code: 0, ...success })
  texts.set(cmd, text)
  return text
}

export function printFailure(cmd: string, { rspCode, detail }: ApiError): string {
  return printEntry({ cmd, code: 1, error: { rspCode, detail } })
}

/** The whole answer. */
export function printAnswer(entries: readonly string[]): string {
  return `[\n${entries.join(',\n')}\n]\n`
}
