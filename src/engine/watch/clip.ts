/** A file looked at as fast as it can be read, with the eyes of the camera: what its watcher would have seen. */
import { AV_PIX_FMT_YUV420P, AVCOL_RANGE_JPEG } from 'node-av/constants'
import type { Frame } from 'node-av/lib'
import { FACTORY_IMAGE, FACTORY_ISP, FACTORY_STREAMS, WHITE_LAMP_OFF } from '../factory-settings.ts'
import { lensOf, WHOLE, WIDE, windowOf } from '../head/motion.ts'
import { lookOf } from '../light/light.ts'
import { PictureChain } from '../picture/chain.ts'
import type { Picture, Rendition } from '../picture/picture.ts'
import type { Sighting } from '../protocol.ts'
import { openDemuxer } from '../source/demuxer.ts'
import { fileRecipe } from '../source/file.ts'
import { Watcher } from './watcher.ts'

/** One moment of a clip. */
export interface Moment {
  /** Since the beginning of the clip. */
  readonly atMs: number
  readonly sighting: Sighting | undefined
  /** The picture in 160 × 90 points of gray, lent until the next moment. */
  readonly gray: Uint8Array
  /** Processor time that looking at it took, milliseconds. */
  readonly lookMs: number
}

const SIZE = { width: FACTORY_STREAMS.sub.width, height: FACTORY_STREAMS.sub.height }

/** Pictures at the sub stream's pace. Errors: CameraError `open-failed`, `read-failed`, `internal`. */
export async function* watchClip(path: string): AsyncGenerator<Moment> {
  const demuxer = await openDemuxer(fileRecipe({ kind: 'file', path }), 0, () => undefined)
  const chain = new PictureChain(SIZE)
  let sighting: Sighting | undefined
  const watcher = new Watcher((seen) => {
    sighting = seen
  })
  const rendition = factoryRendition()
  let slot = -1
  let version = 0
  try {
    for (const { frame, stampMs } of demuxer.pictures()) {
      version += 1
      const due = Math.floor((stampMs * FACTORY_STREAMS.sub.frameRate) / 1000)
      if (due === slot) continue
      slot = due
      const picture: Picture = { frame, version, framing: 'fit', clean: false }
      if (!isTreated(frame)) chain.render(picture, rendition)
      const treated = { frame: isTreated(frame) ? frame : chain.treated.frame, version }
      sighting = undefined
      const before = process.threadCpuUsage()
      watcher.look({ picture, treated, rendition }, stampMs)
      const { user, system } = process.threadCpuUsage(before)
      yield { atMs: stampMs, sighting, gray: watcher.gray, lookMs: (user + system) / 1000 }
    }
  } finally {
    watcher.close()
    chain.close()
    await demuxer.close()
  }
}

/** It is as the chain would give it. */
function isTreated({ width, height, format, colorRange, sampleAspectRatio: { num, den } }: Frame): boolean {
  const isSize = width === SIZE.width && height === SIZE.height && (num === den || num === 0)
  return isSize && format === AV_PIX_FMT_YUV420P && colorRange !== AVCOL_RANGE_JPEG
}

/**
 * As a camera shows it that nobody has set, without words. Noise is left in: taking it out costs as much as decoding, and a point
 * of gray is the mean of sixteen pixels.
 */
function factoryRendition(): Rendition {
  const settings = {
    image: FACTORY_IMAGE,
    isp: { ...FACTORY_ISP, nr3d: false },
    lamp: 'Off',
    whiteLamp: WHITE_LAMP_OFF,
    masks: [],
  } as const
  return {
    window: windowOf(WIDE),
    screen: FACTORY_STREAMS.main,
    crop: WHOLE,
    lens: lensOf(WIDE),
    look: lookOf(settings, false),
    flickerGain: 1,
    overlay: {
      settings: {
        name: { enabled: false, text: '', position: 'Lower Right' },
        time: { enabled: false, position: 'Top Center' },
        background: false,
        watermark: false,
      },
      time: '',
    },
  }
}
