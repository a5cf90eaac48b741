/** Telling addresses apart. */

/** IPv4 addresses of a socket that listens for IPv4 and IPv6 without their prefix `::ffff:` (RFC 4291 §2.5.5.2). */
export function plainAddress(address: string | undefined): string {
  return address === undefined ? '' : address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

/** 127.0.0.0/8 and ::1, also as IPv4-mapped IPv6. */
export function isLoopback(address: string): boolean {
  return address === '::1' || plainAddress(address).startsWith('127.')
}
