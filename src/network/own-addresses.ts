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

/** IPv4 addresses that others may know. */
export function outwardAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((some = []) => some)
  return all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address)
}

/** The same in one text. */
export function listAddresses(): string {
  return outwardAddresses().sort().join(' ')
}
