// What of an address a limit is counted by. Written without node:net, since the rules of a registry do no input or output.

/**
 * The part of a caller's address that a limit is counted by: an IPv4 address itself (also when mapped into IPv6), the /64 prefix
 * of an IPv6 address. Anything else stands for itself.
 *
 * @example
 * limitedAddress('::ffff:192.0.2.1') // '192.0.2.1'
 * limitedAddress('2001:41d0:801:2000:1::5') // '2001:41d0:801:2000::'
 */
export function limitedAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1]) return mapped[1]
  const [withoutZone = ''] = address.split('%')
  if (!withoutZone.includes(':')) return address
  const canonical = canonicalIpv6(withoutZone)
  if (canonical === null) return address
  const [head = '', tail = ''] = canonical.split('::')
  const start = head.split(':').filter((group) => group !== '')
  const end = tail.split(':').filter((group) => group !== '')
  const zeros = canonical.includes('::') ? Array<string>(8 - start.length - end.length).fill('0') : []
  const network = [...start, ...zeros, ...end].slice(0, 4)
  return canonicalIpv6(`${network.join(':')}::`) ?? address
}

/** Writes the shortest form, as RFC 5952 asks; the URL parser of the platform knows how. */
function canonicalIpv6(address: string): string | null {
  return URL.canParse(`http://[${address}]/`) ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : null
}
