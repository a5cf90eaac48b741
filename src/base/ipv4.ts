/** Arithmetic with IPv4 addresses (RFC 791, RFC 950). All take addresses in dotted form. */

/** 32 bits, unsigned. */
function numberOf(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
}

/** Bits of the network part, 0..32; undefined if the ones are not in one piece. */
export function prefixOf(mask: string): number | undefined {
  const inverse = ~numberOf(mask) >>> 0
  const isMask = (inverse & (inverse + 1)) === 0
  return isMask ? 32 - (inverse === 0 ? 0 : Math.floor(Math.log2(inverse)) + 1) : undefined
}

export function maskOf(prefix: number): string {
  return addressOf(prefix === 0 ? 0 : (~0 << (32 - prefix)) >>> 0)
}

export function isSameNetwork(one: string, other: string, mask: string): boolean {
  const bits = numberOf(mask)
  return (numberOf(one) & bits) === (numberOf(other) & bits)
}

/**
 * What is wrong with the address of a machine, the mask of its network and the gateway ('' for none); undefined if
 * nothing is.
 */
export function faultOf(ip: string, mask: string, gateway: string): string | undefined {
  if (ip === '' || mask === '') return 'an address and a mask are needed'
  const fault = machineFaultOf(ip, mask)
  if (fault !== undefined || gateway === '') return fault
  if (gateway === ip || !isSameNetwork(gateway, ip, mask)) return `${gateway} is no neighbour of ${ip}`
  return machineFaultOf(gateway, mask)
}

function machineFaultOf(ip: string, mask: string): string | undefined {
  const prefix = prefixOf(mask)
  if (prefix === undefined || prefix < 1 || prefix > 30) return `${mask} is no mask of a network`
  const [first = 0] = ip.split('.').map(Number)
  if (first === 0 || first === 127 || first >= 224) return `${ip} is no address of a machine`
  const host = (numberOf(ip) & ~numberOf(mask)) >>> 0
  const last = 2 ** (32 - prefix) - 1
  if (host === 0 || host === last) return `${ip} is the address of a whole network`
  return undefined
}

/** Of a network that is not the internet (RFC 1918, RFC 6598). */
export function isPrivate(ip: string): boolean {
  return [
    ['10.0.0.0', '255.0.0.0'],
    ['172.16.0.0', '255.240.0.0'],
    ['192.168.0.0', '255.255.0.0'],
    ['100.64.0.0', '255.192.0.0'],
  ].some(([network, mask]) => isSameNetwork(ip, network!, mask!))
}
