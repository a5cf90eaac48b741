/** What focus and iris of the head do to a picture: filters that are in the chain only while they do something. */
import type { Lens } from '../head/motion.ts'
import type { Graph } from './graph.ts'

/** Standard deviation of the blur at the far end, as a share of the picture's width. */
const WIDEST_BLUR = 0.02
/** Share of the range of luma that a fully open iris adds. */
const OPEN_IRIS = 0.4

/** The filters a lens needs now, in the order of the light. Their values come by `setLens`. */
export function lensFilters({ blur, iris }: Lens): readonly string[] {
  return [...(blur > 0 ? ['gblur@focus=steps=1'] : []), ...(iris === 0 ? [] : ['eq@iris'])]
}

/** Sets the filters of a chain that was built for a lens of this kind. `width` is that of the picture. */
export function setLens(graph: Graph, { blur, iris }: Lens, width: number): void {
  if (blur > 0) {
    const sigma = blur * WIDEST_BLUR * width
    graph.command('gblur@focus', 'sigma', sigma.toFixed(3))
    graph.command('gblur@focus', 'sigmaV', sigma.toFixed(3))
  }
  if (iris !== 0) graph.command('eq@iris', 'brightness', (iris * OPEN_IRIS).toFixed(3))
}
