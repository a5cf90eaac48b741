/**
 * What each setting of the picture costs: processor time of one engine with main at 1280×720 and 15 frames/s
 * and sub at 640×360 and 7, on a file in which every picture is another, with a little noise. About 6 minutes.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FACTORY_IMAGE, FACTORY_ISP } from '../src/engine/factory-settings.ts'
import type { EngineSettings } from '../src/engine/protocol.ts'
import { TestChannel } from '../src/engine/test-channel.ts'
import { cpuMs } from './process-cost.ts'
import { median } from './statistics.ts'

const image = (change: Partial<EngineSettings['image']>) => ({ image: { ...FACTORY_IMAGE, ...change } })
/** In colour and without noise reduction, so that one thing at a time is measured. */
const isp = (change: Partial<EngineSettings['isp']>) => ({
  isp: { ...FACTORY_ISP, nr3d: false, dayNight: 'Color' as const, ...change },
})
const mask = { x: 0.1, y: 0.1, width: 0.2, height: 0.2 }

const NOTHING = {
  ...image({}),
  ...isp({}),
  masks: [],
  crop: { x: 0, y: 0, width: 1, height: 1 },
  lamp: 'Off',
} as const

const FEATURES: Readonly<Record<string, Partial<EngineSettings>>> = {
  'brightness, contrast, exposure, back light, lamp': image({ bright: 150, contrast: 140 }),
  saturation: image({ saturation: 160 }),
  'black and white': isp({ dayNight: 'Black&White' }),
  hue: image({ hue: 150 }),
  'sharpen above 128': image({ sharpen: 180 }),
  'sharpen below 128': image({ sharpen: 80 }),
  'white balance by hand': isp({ whiteBalance: 'Manual', redGain: 150 }),
  'noise reduction (nr3d)': isp({ nr3d: true }),
  'noise of a high gain': isp({ exposure: 'Manual', gain: { min: 60, max: 60 } }),
  'long shutter': isp({ exposure: 'Manual', shutter: { min: 110, max: 125 } }),
  'against flicker': isp({ antiFlicker: '50HZ' }),
  'mirrored and turned': isp({ mirror: true, rotate: true }),
  'four masks': { masks: [0, 1, 2, 3].map((index) => ({ ...mask, x: 0.2 * index })) },
  'crop to a quarter': { crop: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 } },
}

async function cost(channel: TestChannel, change: Partial<EngineSettings>, seconds: number): Promise<number> {
  channel.change({ ...NOTHING, ...change })
  await sleep(1000)
  const pid = channel.enginePid
  if (pid === undefined) throw new Error('the engine is gone')
  const before = cpuMs(pid)
  await sleep(seconds * 1000)
  return (cpuMs(pid) - before) / seconds / 10
}

/** Measures and gives the rows of the result page. */
export async function benchPicture({ rounds = 3, seconds = 6 } = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  const clip = join(folder, 'clip.mp4')
  const source = 'testsrc2=s=1280x720:r=15:d=20,noise=alls=5:allf=t'
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '16', '-pix_fmt', 'yuv420p']
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...codec, clip])
  const channel = new TestChannel({ source: `file:${clip}` })
  channel.start()
  try {
    await channel.until(() => channel.video('main').length > 30)
    const more = new Map<string, number[]>(Object.keys(FEATURES).map((name) => [name, []]))
    const bases: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, change] of Object.entries(FEATURES)) {
        // Each beside a measurement without it: the machine has other work too.
        const base = await cost(channel, {}, seconds)
        bases.push(base)
        more.get(name)!.push((await cost(channel, change, seconds)) - base)
      }
    }
    const rows = [...more].map(([name, costs]) => `| ${name} | ${signed(median(costs))} |`)
    return [
      '| setting | CPU, % of one core |',
      '|---|---|',
      `| none, nr3d off | ${median(bases).toFixed(1)} |`,
      ...rows,
    ].join('\n')
  } finally {
    await channel.stop()
    rmSync(folder, { recursive: true })
  }
}

function signed(percent: number): string {
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)}`
}

if (import.meta.main)
  console.log(await benchPicture(process.argv.includes('--quick') ? { rounds: 1, seconds: 3 } : {}))
