/** The mark of the product: a lens with a light. */

export function Logo({ sizePx }: { readonly sizePx: number }) {
  return <img src="/favicon.svg" width={sizePx} height={sizePx} alt="" />
}
