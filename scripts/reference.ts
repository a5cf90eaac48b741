/**
 * Writes docs/reference, but for quirks.md, from the declarations; with --check it only tells whether the files
 * are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMANDS } from '../src/api/commands/index.ts'
import { renderOpenApi } from '../src/api/render/openapi.ts'
import { renderReference } from '../src/api/render/reference.ts'
import { renderOptions } from '../src/config/render.ts'

const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const pages: Readonly<Record<string, string>> = {
  'api.md': renderReference(COMMANDS),
  'openapi.json': `${JSON.stringify(renderOpenApi(COMMANDS, version), undefined, 2)}\n`,
  'options.md': renderOptions(),
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const stale = Object.entries(pages).filter(
  ([name, text]) => read(join(root, 'docs/reference', name)) !== text,
)
if (process.argv.includes('--check')) {
  for (const [name] of stale)
    console.error(`docs/reference/${name} is stale: run npm run reference and commit it.`)
  process.exitCode = stale.length === 0 ? 0 : 1
} else {
  for (const [name, text] of stale) writeFileSync(join(root, 'docs/reference', name), text)
  console.log(
    stale.length === 0
      ? 'docs/reference is up to date'
      : `written: ${stale.map(([name]) => name).join(', ')}`,
  )
}
