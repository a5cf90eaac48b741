/** The siren of a camera without a loudspeaker: in the sound of its streams, and as a mark on its web page. */
import type { SirenDriver } from './siren.ts'

export function virtualSiren(channel: { configure(change: { readonly siren: boolean }): void }): SirenDriver {
  return {
    start: () => channel.configure({ siren: true }),
    stop: () => channel.configure({ siren: false }),
  }
}
