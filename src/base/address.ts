/** Telling addresses apart. */
import { BlockList } from 'node:net'
import { networkInterfaces } from 'node:os'

/** IPv4 addresses of a socket that listens for IPv4 and IPv6 without their prefix `::ffff:` (RFC 4291 §2.5.5.2). */
export function plainAddress(address: string | undefined): string {
  return address === undefined ? '' : address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

/** 127.0.0.0/8 and ::1, also as IPv4-mapped IPv6. */
export function isLoopback(address: string): boolean {
  return address === '::1' || plainAddress(address).startsWith('127.')
}

const LOCAL_TARGETS = new BlockList()
LOCAL_TARGETS.addSubnet('0.0.0.0', 8)
LOCAL_TARGETS.addSubnet('127.0.0.0', 8)
LOCAL_TARGETS.addSubnet('169.254.0.0', 16)
LOCAL_TARGETS.addSubnet('224.0.0.0', 3)
// ::, ::1 and IPv4 addresses in the form of RFC 4291 §2.5.5.1.
LOCAL_TARGETS.addSubnet('::', 96, 'ipv6')
LOCAL_TARGETS.addSubnet('fe80::', 10, 'ipv6')
LOCAL_TARGETS.addSubnet('ff00::', 8, 'ipv6')

/**
 * Whether a connection to an address would stay on this machine or its link, or reach many (RFC 6890 §2.2). Cameras
 * don't go there when somebody tells them to, but for `--allow-local-targets`.
 */
export function isLocalTarget(address: string): boolean {
  return holds(LOCAL_TARGETS, address)
}

/** Whether an interface of this machine has the address, in whatever form it is written. */
export function isOwnAddress(address: string): boolean {
  const own = new BlockList()
  for (const { address: one, family } of Object.values(networkInterfaces()).flatMap((all = []) => all))
    own.addAddress(one.split('%')[0]!, family === 'IPv6' ? 'ipv6' : 'ipv4')
  return holds(own, address)
}

function holds(list: BlockList, address: string): boolean {
  const [plain = ''] = plainAddress(address).split('%')
  return list.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4')
}
