import { expect, test } from 'vitest'
import { limitedAddress } from '../../../simulator/registry/policy/address.ts'

test.for([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['2001:41d0:801:2000:1::5', '2001:41d0:801:2000::'],
  ['2001:0db8:0000:0001:0002:0003:0004:0005', '2001:db8:0:1::'],
  ['2001:db8::1', '2001:db8::'],
  ['::1', '::'],
  ['fe80::1%eth0', 'fe80::'],
  ['site-a', 'site-a'],
  ['no:address', 'no:address'],
] as const)('limits %s by %s', ([address, key]) => {
  expect(limitedAddress(address)).toBe(key)
})
