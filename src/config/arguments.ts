/**
 * Reads the command line: `--name VALUE` or `--name=VALUE`, `--help` and `--version`.
 * Given twice, the last one counts, so that a wrapper's options can be overridden.
 */
import { CameraError } from '../base/errors.ts'
import { nearest } from './nearest.ts'
import { isTakenFrom, listOptions } from './schema.ts'

export interface Arguments {
  readonly wants: 'camera' | 'help' | 'version'
  /** Texts by option name, not yet checked. */
  readonly values: ReadonlyMap<string, string>
}

/** Errors: CameraError `bad-value` with a sentence for an unknown option, a missing value or a stray word. */
export function parseArguments(args: readonly string[]): Arguments {
  const options = listOptions().filter((entry) => isTakenFrom(entry, 'command line'))
  const values = new Map<string, string>()
  let wants: Arguments['wants'] = 'camera'
  const rest = [...args]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--help' || word === '-h') wants = 'help'
    else if (word === '--version' || word === '-V') wants = 'version'
    else {
      const { name, inline } = splitFlag(word)
      const entry = options.find((candidate) => candidate.name === name)
      if (!entry)
        throw unknownOption(
          name,
          options.map((candidate) => candidate.name),
        )
      const value = inline ?? rest.shift()
      if (value === undefined || (inline === undefined && value.startsWith('--')))
        throw new CameraError(
          'bad-value',
          `The option --${name} needs a value: --${name} ${entry.kind.placeholder}.`,
        )
      values.set(name, value)
    }
  }
  return { wants, values }
}

function splitFlag(word: string): { name: string; inline: string | undefined } {
  if (!word.startsWith('--'))
    throw new CameraError(
      'bad-value',
      `Nothing is known to do with "${word}"; options start with --, see --help.`,
    )
  const equals = word.indexOf('=')
  if (equals < 0) return { name: word.slice(2), inline: undefined }
  return { name: word.slice(2, equals), inline: word.slice(equals + 1) }
}

function unknownOption(name: string, names: readonly string[]): CameraError {
  const meant = nearest(name, [...names, 'help', 'version'])
  const hint = meant ? `did you mean --${meant}?` : 'see --help.'
  return new CameraError('bad-value', `There is no option --${name}; ${hint}`)
}
