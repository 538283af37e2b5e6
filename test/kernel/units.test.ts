// Durations, sizes and rates as people write them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  durationPattern,
  formatBytes,
  formatDuration,
  formatRate,
  parseDurationMs,
  parseRateBytesPerSecond,
  parseSizeBytes,
  ratePattern,
  sizePattern,
} from '../../server/kernel/units.ts'

test.each([
  ['250ms', 250],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['2d', 172_800_000],
  ['1h30m', 5_400_000],
  ['1m500ms', 60_500],
  ['0.5s', 500],
  ['0s', 0],
  ['1.0004s', 1_000],
])('reads the duration %s as %i ms', (text, durationMs) => {
  expect(parseDurationMs(text)).toBe(durationMs)
})

test.each(['', '30', 's', '-5s', '5 s', '5S', '1e3s', '.5s', '5s ', 'five', '1h30', '5w', '٣s'])(
  'refuses the duration "%s"',
  (text) => {
    expect(() => parseDurationMs(text)).toThrow(
      expect.objectContaining({ code: 'DURATION_INVALID', message: expect.stringContaining(`"${text}"`) }),
    )
  },
)

test.each([
  ['0B', 0],
  ['512B', 512],
  ['1kB', 1_000],
  ['1KB', 1_000],
  ['40MB', 40_000_000],
  ['2.3GB', 2_300_000_000],
  ['1TB', 1e12],
  ['1KiB', 1_024],
  ['1.5MiB', 1_572_864],
  ['1GiB', 1_073_741_824],
  ['1TiB', 1_099_511_627_776],
])('reads the size %s as %i bytes', (text, sizeBytes) => {
  expect(parseSizeBytes(text)).toBe(sizeBytes)
  expect(text).toMatch(new RegExp(sizePattern))
})

test.each(['', '5', 'GB', '-1GB', '1 GB', '1gb', '1PB', '1e3B', '1.GB', '1GBs'])('refuses the size "%s"', (text) => {
  expect(() => parseSizeBytes(text)).toThrow(
    expect.objectContaining({ code: 'SIZE_INVALID', message: expect.stringContaining(`"${text}"`) }),
  )
})

test.each([
  ['8kbit/s', 1_000],
  ['100Mbit/s', 12_500_000],
  ['1Gbit/s', 125_000_000],
  ['2.5Gbit/s', 312_500_000],
  ['64kB/s', 64_000],
  ['50MB/s', 50_000_000],
  ['1.2GB/s', 1_200_000_000],
  ['1KiB/s', 1_024],
  ['20MiB/s', 20_971_520],
  ['1GiB/s', 1_073_741_824],
  ['0Mbit/s', 0],
  ['0.001kbit/s', 0],
])('reads the rate %s as %i bytes per second', (text, bytesPerSecond) => {
  expect(parseRateBytesPerSecond(text)).toBe(bytesPerSecond)
  expect(text).toMatch(new RegExp(ratePattern))
})

test.each([
  '',
  '5',
  '5MB',
  'MB/s',
  '-1MB/s',
  '1 MB/s',
  '1mbit/s',
  '1Mb/s',
  '1Mbps',
  '1bit/s',
  '1Mibit/s',
  '1MB/m',
  '1MB/s ',
])('refuses the rate "%s"', (text) => {
  expect(text).not.toMatch(new RegExp(ratePattern))
  expect(() => parseRateBytesPerSecond(text)).toThrow(
    expect.objectContaining({ code: 'RATE_INVALID', message: expect.stringContaining(`"${text}"`) }),
  )
})

test('takes as a duration, a size or a rate exactly what the schema patterns take', () => {
  const taken = (read: () => unknown) => {
    try {
      read()
      return true
    } catch {
      return false
    }
  }
  const text = fc.stringMatching(
    /^(\d{1,3}(\.\d)?)?(ms|s|m|h|d|B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB|kbit|Mbit|x)?(\d[smh]|\/s)?$/,
  )
  fc.assert(
    fc.property(text, (written) => {
      expect(taken(() => parseDurationMs(written))).toBe(new RegExp(durationPattern).test(written))
      expect(taken(() => parseSizeBytes(written))).toBe(new RegExp(sizePattern).test(written))
      expect(taken(() => parseRateBytesPerSecond(written))).toBe(new RegExp(ratePattern).test(written))
    }),
  )
})

test('adds the parts of a duration', () => {
  fc.assert(
    fc.property(fc.nat(99), fc.nat(99), fc.nat(99), (hours, minutes, seconds) => {
      const totalMs = hours * 3_600_000 + minutes * 60_000 + seconds * 1_000
      expect(parseDurationMs(`${hours}h${minutes}m${seconds}s`)).toBe(totalMs)
    }),
  )
})

test.each([
  [0, '0ms'],
  [999, '999ms'],
  [1_000, '1s'],
  [1_500, '1.5s'],
  [60_000, '1m'],
  [61_000, '1m 1s'],
  [5_400_000, '1h 30m'],
  [3_601_000, '1h'],
  [90_061_000, '1d 1h'],
])('writes %i ms as %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text)
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.00 kB'],
  [2_300_000_000, '2.30 GB'],
  [5e18, '5000.00 PB'],
])('writes %i bytes as %s', (sizeBytes, text) => {
  expect(formatBytes(sizeBytes)).toBe(text)
})

test.each([
  [0, '0 B/s'],
  [12_500, '12.50 kB/s'],
  [125_000_000, '125.00 MB/s'],
])('writes %i bytes per second as %s', (bytesPerSecond, text) => {
  expect(formatRate(bytesPerSecond)).toBe(text)
})
