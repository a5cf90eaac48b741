/** The picture that stands in for a source that is not there. */
import { AVCOL_SPC_UNSPECIFIED } from 'node-av/constants'
import { Frame } from 'node-av/lib'
import { Canvas } from '../scene/canvas.ts'
import { rgb } from '../scene/colour.ts'
import { createFrame, planesOf } from './blank-frame.ts'
import { FONT_FILE } from './font-stack.ts'
import { Graph, quoteFilterValue } from './graph.ts'
import type { Picture } from './picture.ts'

const SIZE = { width: 1280, height: 720 }

/** Painted once; it lives as long as the engine. Errors: CameraError `internal`. */
export function createNoSignal(): Picture {
  const ground = createFrame(SIZE)
  const canvas = new Canvas(planesOf(ground))
  canvas.gradient(0, SIZE.height, rgb('#303030'), rgb('#181818'))
  // Grey is grey in every matrix, so the encoders need not change for it.
  ground.colorSpace = AVCOL_SPC_UNSPECIFIED
  const text = `drawtext=fontfile=${quoteFilterValue(FONT_FILE)}:text=NO SIGNAL:fontsize=64:fontcolor=0xc8c8c8`
  const graph = new Graph(`${text}:x=(w-text_w)/2:y=(h-text_h)/2`, ground)
  const frame = new Frame()
  frame.alloc()
  graph.run(ground, frame)
  graph.close()
  ground.free()
  return { frame, version: 0, framing: 'fill', clean: true }
}
