/** `npm run motion` on clips whose motion is known, and on what is no clip. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { run } from './camera/kit.ts'
import { missing, tool } from './tools.ts'

const skip = missing('ffmpeg', 'ffprobe')
const folder = mkdtempSync(join(tmpdir(), 'vedette-motion-'))
const clip = join(folder, 'clip.mp4')
const motion = (...args: string[]) =>
  run(process.execPath, [join(import.meta.dirname, '../scripts/motion.ts'), ...args])

before(() => {
  if (skip !== false) return
  // A room in which a box crosses the lower left quarter from 4 s to 7 s.
  const room = 'testsrc2=s=640x360:r=10:d=12,trim=end_frame=1,loop=-1:1,setpts=N/10/TB,trim=duration=12'
  const way = "x='if(between(t,4,7),20+(t-4)*80,-100)':y=240:shortest=1"
  const inputs = ['-f', 'lavfi', '-i', room, '-f', 'lavfi', '-i', 'color=c=white:s=24x60:r=10']
  const graph = `[0][1]overlay=${way},noise=alls=6:allf=t`
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p']
  execFileSync(tool('ffmpeg'), ['-v', 'error', ...inputs, '-filter_complex', graph, ...codec, clip])
})
after(() => rmSync(folder, { recursive: true }))

test('a clip is told with its events and scores, and drawn', { skip }, async () => {
  const picture = join(folder, 'heat.png')
  const { code, stdout } = await motion(clip, '--json', '--picture', picture)
  assert.equal(code, 0)
  const { events, scores, limitPercent } = JSON.parse(stdout.toString())
  assert.equal(events.length, 1)
  const [{ kind, startS, endS }] = events
  assert.equal(kind, 'motion')
  assert.ok(startS >= 3.9 && startS < 4.5 && endS > 9 && endS < 11.5, `${startS} to ${endS}`)
  assert.ok(scores.length >= 11 && scores[5] > limitPercent && scores[2] === 0)
  // It decodes, has colour where the box was, and none in the upper half.
  const pixels = await run('ffmpeg', [
    '-v',
    'error',
    '-i',
    picture,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    '-',
  ])
  assert.equal(pixels.stderr, '')
  assert.equal(pixels.stdout.length, 1280 * 720 * 3)
  const isGray = (x: number, y: number) => {
    const at = (y * 1280 + x) * 3
    return Math.abs(pixels.stdout[at]! - pixels.stdout[at + 2]!) < 4
  }
  assert.ok(!isGray(250, 540))
  assert.ok(isGray(250, 100) && isGray(1100, 540))
})

test('a picture that is frozen, covered in the dark with noise, and out of focus: each is told, and nothing else', {
  skip,
}, async () => {
  const path = join(folder, 'tamper.mp4')
  const room = 'testsrc2=s=640x360:r=7:d=1,trim=end_frame=1,loop=-1:1,setpts=N/7/TB'
  const grain = 'noise=alls=8:allf=t'
  const scenes = [
    `${room},trim=duration=26,${grain},tpad=stop_mode=clone:stop_duration=18`,
    `${room},trim=duration=8,${grain}`,
    `color=c=0x101010:s=640x360:r=7:d=8,${grain}`,
    `${room},trim=duration=12,${grain}`,
    `${room},trim=duration=8,gblur=sigma=12,${grain}`,
    `${room},trim=duration=5,${grain}`,
  ]
  const graph = scenes.map((scene, at) => `${scene}[s${at}]`).join(';')
  const joined = `${scenes.map((_, at) => `[s${at}]`).join('')}concat=n=${scenes.length},format=yuv420p`
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-g', '300']
  execFileSync(tool('ffmpeg'), ['-v', 'error', '-filter_complex', `${graph};${joined}`, ...codec, path])
  const { events } = JSON.parse((await motion(path, '--json')).stdout.toString())
  const [frozen, covered, defocused, ...others] = events
  assert.deepEqual([frozen.kind, covered.kind, defocused.kind], ['frozen', 'covered', 'defocused'])
  assert.deepEqual(others, [])
  assert.ok(frozen.startS > 36 && frozen.endS < 47, JSON.stringify(frozen))
  assert.ok(covered.startS > 52 && covered.startS < 59.5 && covered.endS < 63, JSON.stringify(covered))
  assert.ok(defocused.startS > 72 && defocused.startS < 79.5, JSON.stringify(defocused))
})

test('cells and sensitivity decide, and the text tells the same', { skip }, async () => {
  const table = join(folder, 'table.txt')
  writeFileSync(table, `${'1'.repeat(1600)}\n${'0'.repeat(2000)}\n`)
  const cases = [
    [['--scope', '40-79,0-44'], /Nothing was noticed/],
    [['--scope', '0-39,22-44+60,0'], /1 event:/],
    [['--scope', table], /Nothing was noticed/],
    [['--sensitivity', '50'], /Nothing was noticed/],
  ] as const
  const results = await Promise.all(cases.map(([args]) => motion(clip, ...args)))
  for (const [index, { stdout }] of results.entries()) assert.match(stdout.toString(), cases[index]![1])
})

test('what cannot be done is said in one sentence', async () => {
  writeFileSync(join(folder, 'text.mp4'), readFileSync(import.meta.filename))
  const cases = [
    [[], /One clip is wanted/],
    [[join(folder, 'none.mp4')], /does not exist/],
    [[join(folder, 'text.mp4')], /cannot be read as a clip/],
    [['--foo'], /--help/],
    [[import.meta.filename, '--sensitivity', '51'], /1 \(most sensitive\) to 50/],
    [[import.meta.filename, '--scope', '70-90,0'], /--scope/],
    [[import.meta.filename, '--scope', 'nowhere'], /no file nowhere/],
  ] as const
  const results = await Promise.all(cases.map(([args]) => motion(...args)))
  for (const [index, { code, stdout, stderr }] of results.entries()) {
    assert.equal(code, 1)
    assert.equal(stdout.toString(), '')
    assert.match(stderr, cases[index]![1])
    assert.equal(stderr.trim().split('\n').length, 1)
  }
  assert.match((await motion('--help')).stdout.toString(), /--scope CELLS/)
})
