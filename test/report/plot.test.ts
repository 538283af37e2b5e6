import { expect, test } from 'vitest'
import { type PlotData, type PlotPoint, renderPlot } from '../../simulator/report/plot.ts'

const point = (mean: number, halfWidth = mean / 10): PlotPoint => ({
  mean,
  low: mean - halfWidth,
  high: mean + halfWidth,
  isOpen: false,
})

const data: PlotData = {
  title: 'Ready time',
  subtitle: 'storm, mean of 30 seeds',
  unit: 'ms',
  x: { title: 'fleet.agents', labels: ['100', '1000', '10000'], amounts: [100, 1_000, 10_000] },
  series: [
    { name: 'fleet.cap = 2', points: [point(60_000), point(600_000), point(6_000_000)] },
    { name: 'fleet.cap = 4', points: [point(30_000), null, point(3_000_000)] },
  ],
}

/** Every text of a picture with where it begins: its place is the sum of its own and that of what it is drawn in. */
function textsOf(svg: string): { text: string; x: number; y: number }[] {
  return Array.from(svg.matchAll(/<text ([^>]*)>([^<]*)</g), ([, attributes = '', text = '']) => {
    const own = (name: string) => Number(new RegExp(` ${name}="([\\d.-]+)"`).exec(attributes)?.[1] ?? 0)
    const [, x = 0, y = 0] = /translate\(([\d.-]+) ([\d.-]+)\)/.exec(attributes) ?? []
    return { text, x: Number(x) + own('x'), y: Number(y) + own('y') }
  })
}

const words = (svg: string) => textsOf(svg).map(({ text }) => text)

test('names what it shows: title, axes with units, and the series', () => {
  const texts = words(renderPlot(data))
  expect(texts).toEqual(
    expect.arrayContaining(['Ready time', 'fleet.cap = 2', 'fleet.cap = 4', 'fleet.agents (log)', 'minutes (log)']),
  )
  expect(texts).toEqual(expect.arrayContaining(['100', '1000', '10000']))
})

test('puts amounts where they belong and names in even steps', () => {
  const placesOf = (labels: string[], amounts: number[] | null) => {
    const series = [{ name: '', points: labels.map(() => point(60_000)) }]
    const texts = textsOf(renderPlot({ ...data, x: { title: 'x', labels, amounts }, series }))
    return labels.map((label) => texts.findLast(({ text }) => text === label)?.x ?? Number.NaN)
  }
  const [one = 0, two = 0, four = 0] = placesOf(['1m', '2m', '4m'], [60_000, 120_000, 240_000])
  expect((four - two) / (two - one)).toBeCloseTo(2, 1)
  const [a = 0, b = 0, c = 0] = placesOf(['home', 'office', 'lab'], null)
  expect((c - b) / (b - a)).toBeCloseTo(1, 2)
  // On a line of its own each label of these would stand upon the next.
  const [x = 0, y = 0, z = 0] = placesOf(['0s', '30s', '1h'], [0, 30_000, 3_600_000])
  expect((z - y) / (y - x)).toBeCloseTo(1, 2)
})

test('starts an axis at 0 unless the values span decades', () => {
  const level = renderPlot({ ...data, series: [{ name: '', points: [point(60_000), point(70_000), point(80_000)] }] })
  expect(words(level)).toEqual(expect.arrayContaining(['0', '20', 'seconds']))
  expect(words(level)).not.toContain('seconds (log)')
})

test('keeps the whole interval within the picture', () => {
  const svg = renderPlot({ ...data, series: [{ name: '', points: [point(60_000, 30_000), point(50_000), null] }] })
  expect(words(svg)).toContain('100')
})

test('draws nothing where there is no mean, and takes zeros and single points', () => {
  const one = { title: 'x', labels: ['a'], amounts: null }
  for (const points of [[null], [point(0)], [point(5)]]) {
    expect(renderPlot({ ...data, x: one, series: [{ name: 's', points }] })).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
  }
  expect(renderPlot(data)).not.toMatch(/NaN|Infinity|undefined/)
  // An interval that reaches 0 on an axis of decades ends where the axis does.
  const wide = renderPlot({ ...data, series: [{ name: '', points: [point(60_000, 60_000), point(6e6), point(6e7)] }] })
  const heights = Array.from(wide.matchAll(/[ML][\d.]+ ([\d.]+)/g), ([, y]) => Number(y))
  expect(Math.max(...heights)).toBeLessThanOrEqual(430)
})

test('the same data is the same text, whatever was drawn before', () => {
  const first = renderPlot(data)
  renderPlot({ ...data, title: 'Another' })
  expect(renderPlot(data)).toBe(first)
})

test('no two texts overlap', () => {
  const series = Array.from({ length: 7 }, (_, index) => ({
    name: `network.preset = branch-office, fleet.cap = ${index}`,
    points: data.x.labels.map(() => point(60_000 * (index + 1))),
  }))
  const texts = textsOf(renderPlot({ ...data, series })).filter(({ text }) => text !== '')
  for (const [index, one] of texts.entries()) {
    for (const other of texts.slice(index + 1)) {
      const apart = Math.abs(one.y - other.y) >= 10 || Math.abs(one.x - other.x) >= 14
      expect(apart, `${one.text} / ${other.text}`).toBe(true)
    }
  }
})
