/** `npm run web`: builds the web page into web/dist in a way that a camera that is serving it doesn't notice. */
import { dirname } from 'node:path'
import { startWebBuild } from '../src/web-build.ts'

const result = await startWebBuild(dirname(import.meta.dirname)).done
if (!result.ok) {
  console.error(result.problem)
  process.exitCode = 1
}
