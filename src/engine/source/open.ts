/** From a specification to a running source. To add a kind: its specification, its file here, one line below. */
import { deviceRecipe } from './device.ts'
import { Driver } from './driver.ts'
import { fileRecipe } from './file.ts'
import { MediaSource } from './media-source.ts'
import { networkRecipe } from './network.ts'
import { SceneSource } from './scene-source.ts'
import type { Source, SourceContext } from './source.ts'
import { parseSource } from './specification.ts'

/** Returns at once; the source reports how it fares. Errors: CameraError `bad-value`. */
export function openSource(text: string, context: SourceContext): Source {
  const specification = parseSource(text)
  switch (specification.kind) {
    case 'scene':
      return new SceneSource(specification, context)
    case 'file':
      return new MediaSource(fileRecipe(specification), context)
    case 'network':
      return new MediaSource(networkRecipe(specification), context)
    case 'device':
      return new MediaSource(
        deviceRecipe(specification),
        context,
        new Driver(specification.path, context.adjusted),
      )
  }
}
