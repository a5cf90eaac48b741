/**
 * `npm run bench`: the measurements of the camera at rest, its API, pictures and viewers, one after the other, printed as
 * Markdown; what is worth keeping goes into bench/RESULTS.md by hand. About 18 minutes, with --quick about 5. Nothing else
 * should run on the machine meanwhile.
 */
import { execFileSync, spawn } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { benchApi } from './api.ts'
import { benchIdle } from './idle.ts'
import { processor, system } from './machine.ts'
import { benchPicture } from './picture.ts'
import { benchSnapshot } from './snapshot.ts'

const ROOT = join(import.meta.dirname, '..')
const quick = process.argv.includes('--quick')

/** The fan-out benchmark is a program of its own because it pins itself to the core of the load. */
function benchFanOut(): Promise<string> {
  return new Promise((resolve, reject) => {
    const program = join(import.meta.dirname, 'fan-out.ts')
    const child = spawn(process.execPath, [program, ...(quick ? ['--quick'] : [])], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    child.once('close', (code) =>
      code === 0 ? resolve(text.trim()) : reject(new Error(`fan-out: exit ${code}`)),
    )
  })
}

function about(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain', '--', 'src') === '' ? '' : ' with changes'
  const memoryGib = Math.round(totalmem() / 2 ** 30)
  return [
    `Machine: ${cpus().length} × ${processor()}, ${memoryGib} GiB, ${system()}, Node.js ${process.version}; shared with others, so only ratios`,
    `of the same rounds and medians are worth comparing. Commit ${git('rev-parse', '--short', 'HEAD')}${changed}, ${new Date().toISOString().slice(0, 10)}.`,
  ].join('\n')
}

const sections: readonly [title: string, measure: () => Promise<string>][] = [
  [
    'Idle camera: 1280×720 at 15 frames/s and 640×360 at 7, no viewer',
    () => benchIdle(quick ? { rounds: 1, seconds: 10 } : {}),
  ],
  ['JSON API: batch of three commands', () => benchApi(quick ? { rounds: 2, requests: 5000 } : {})],
  ['Snapshot', () => benchSnapshot(quick ? { pictures: 40 } : {})],
  [
    'Picture: 1280×720 at 15 frames/s, every picture another one',
    () => benchPicture(quick ? { rounds: 1, seconds: 3 } : {}),
  ],
  ['Viewers', benchFanOut],
]

const parts = [about()]
for (const [title, measure] of sections) {
  console.error(`${title} …`)
  parts.push('', `## ${title}`, '', await measure())
}
console.log(parts.join('\n'))
