/**
 * Settings that change without end while viewers watch: whether one of them misses a picture or is told
 * nonsense, and how memory fares. `node bench/live-changes.ts [changes]`; 200 take a minute at most.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startCamera, until } from '../test/camera/kit.ts'
import { randomChanges } from '../test/camera/random-change.ts'
import { Watcher } from '../test/camera/watcher.ts'
import { commandLineOf, memoryMib, treeOf } from './process-cost.ts'

const CHANGES = Number(process.argv[2] ?? 2000)
const INTERVAL_MS = 100
const ROWS = 10

const camera = await startCamera()
const watchers = { FLV: new Watcher(camera.flvUrl('main')), RTMP: new Watcher(camera.rtmpUrl('main')) }
try {
  await until('pictures', () => watchers.FLV.last && watchers.RTMP.last)
  const pids = treeOf(camera.process.pid!)
  const engine = pids.find((pid) => commandLineOf(pid).includes('engine/engine'))!
  const api = pids.find((pid) => commandLineOf(pid).includes('camera-process'))!
  const changes = randomChanges(7)
  console.log('| changes | engine, MiB | API, MiB | longest without a picture, ms |\n|---|---|---|---|')
  let seen = 0
  for (let row = 0; row < ROWS; row += 1) {
    for (let count = 0; count < CHANGES / ROWS; count += 1) {
      const change = changes.next().value
      const answer = await camera.one(change)
      if (answer.code !== 0) throw new Error(`${JSON.stringify(change)}: ${JSON.stringify(answer)}`)
      await sleep(INTERVAL_MS)
    }
    // Memory is compared with the same picture, the largest.
    await camera.one({ cmd: 'SetEnc', param: { Enc: { mainStream: { size: '1080P', bitRate: 2048 } } } })
    await watchers.FLV.settle()
    const times = watchers.FLV.pictures.slice(seen).map(({ atMs }) => atMs)
    seen = watchers.FLV.pictures.length
    const longest = Math.max(...times.slice(1).map((time, index) => time - times[index]!))
    const memory = [engine, api].map((pid) => memoryMib(pid).rss.toFixed(0)).join(' | ')
    console.log(`| ${((row + 1) * CHANGES) / ROWS} | ${memory} | ${longest.toFixed(0)} |`)
  }
  for (const [name, { complaints }] of Object.entries(watchers))
    console.log(`${name}: ${complaints === '' ? 'nothing to complain of' : complaints}`)
} finally {
  for (const watcher of Object.values(watchers)) watcher.stop()
  await camera.stop()
}
