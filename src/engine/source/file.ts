/** `file:PATH`: a clip that plays for ever. */
import type { Recipe } from './recipe.ts'
import type { FileSpecification } from './specification.ts'

export function fileRecipe({ path }: FileSpecification): Recipe {
  // The prefix keeps FFmpeg from taking a name with a colon for a protocol.
  return { url: `file:${path}`, isFile: true, attempts: [{}] }
}
