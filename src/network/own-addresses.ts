/** Noticing that this machine has got other addresses: by DHCP, by SetLocalLink, or because a cable was plugged elsewhere. */
import { networkInterfaces } from 'node:os'

const LOOK_EVERY_MS = 2000

export class OwnAddresses {
  readonly #changed: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(changed: () => void) {
    this.#changed = changed
  }

  start(): void {
    let known = listAddresses()
    this.#timer = setInterval(() => {
      const now = listAddresses()
      if (now === known) return
      known = now
      this.#changed()
    }, LOOK_EVERY_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

/** IPv4 addresses that others may know, in one text. */
export function listAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((some = []) => some)
  const outward = all.filter(({ family, internal }) => family === 'IPv4' && !internal)
  return outward
    .map(({ address }) => address)
    .sort()
    .join(' ')
}
