/** The table of options as text: for --help and for docs/reference/options.md. */
import { environmentName, isTakenFrom, listOptions, type Option } from './schema.ts'

/** What `--help` prints, ends with a newline. */
export function renderHelp(version: string): string {
  const options = listOptions().filter((entry) => isTakenFrom(entry, 'command line'))
  const lines = options.map((entry) => [
    `  --${entry.name} ${entry.kind.placeholder}`,
    ...wrap(`${entry.meaning} (${defaultText(entry)})`, 70).map((line) => `        ${line}`),
  ])
  return [
    `vedette ${version}: a network camera in software`,
    '',
    'Usage: npm start -- [OPTIONS]',
    '',
    ...lines.flat(),
    '  --help, -h',
    '        Prints this and ends.',
    '  --version, -V',
    '        Prints the version and ends.',
    '',
    'Every option may also stand in the environment (--http-port is VEDETTE_HTTP_PORT) and in the',
    'configuration file (http-port: 8080). The command line wins over the environment, the environment',
    'over the file. VEDETTE_ADMIN_PASSWORD sets the password of admin at the first start.',
    '',
  ].join('\n')
}

/** The reference page, Markdown; ends with a newline. */
export function renderOptions(): string {
  const rows = listOptions().map((entry) =>
    [
      isTakenFrom(entry, 'command line') ? `\`--${entry.name} ${entry.kind.placeholder}\`` : '–',
      isTakenFrom(entry, 'environment') ? `\`${environmentName(entry.name)}\`` : '–',
      isTakenFrom(entry, 'file') ? `\`${entry.name}\`` : '–',
      entry.initial === undefined ? (entry.otherwise ?? '–') : `\`${entry.initial}\``,
      `${entry.meaning} Value: ${entry.kind.expects}.`,
    ].map((cell) => cell.replaceAll('|', '\\|')),
  )
  const table = [
    ['Flag', 'Environment', 'YAML key', 'Default', 'Meaning'],
    ['---', '---', '---', '---', '---'],
    ...rows,
  ]
  return [
    '# Options',
    '',
    'Generated from `src/config/schema.ts`; run `npm run reference` after a change.',
    '',
    'The command line wins over the environment, the environment over the configuration file, the file',
    'over the default. Paths are relative to the working directory. An empty variable counts as not set.',
    'A value that is not acceptable ends the start with one sentence and exit code 2.',
    '',
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ].join('\n')
}

function defaultText(entry: Option<unknown>): string {
  return `default: ${entry.initial ?? entry.otherwise}`
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
