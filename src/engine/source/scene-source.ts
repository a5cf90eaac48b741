/** The built-in scene as a source: `scene:street`. It never ends and never fails. */
import type { Frame } from 'node-av/lib'
import { createFrame, planesOf } from '../picture/blank-frame.ts'
import type { Picture } from '../picture/picture.ts'
import type { IspSettings } from '../protocol.ts'
import { streetSound } from '../scene/ambience.ts'
import { PANORAMA } from '../scene/movement.ts'
import { Scene } from '../scene/scene.ts'
import type { Source, SourceContext } from './source.ts'
import type { SceneSpecification } from './specification.ts'

export class SceneSource implements Source {
  readonly #specification: SceneSpecification
  readonly #context: SourceContext
  readonly #frame: Frame
  readonly #scene: Scene

  constructor(specification: SceneSpecification, context: SourceContext) {
    this.#specification = specification
    this.#context = context
    this.#frame = createFrame(PANORAMA)
    this.#scene = new Scene(specification, planesOf(this.#frame))
    context.report('live', '')
  }

  picture(atMs: number): Picture {
    this.#scene.paint(atMs, this.#context.localSeconds(atMs))
    return { frame: this.#frame, version: this.#scene.version, framing: 'fill', clean: true }
  }

  sound(firstSample: number, samples: Float32Array): void {
    streetSound(this.#specification, firstSample, samples)
  }

  adjust(isp: IspSettings): IspSettings {
    return isp
  }

  listen(): void {}

  reject(): void {}

  close(): void {
    this.#frame.free()
  }
}
