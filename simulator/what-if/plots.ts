// The results as plots: one per metric, the first parameter along the axis, a line for each combination of the others.
import { parseDurationMs, parseRateBytesPerSecond, parseSizeBytes } from '../../server/kernel/units.ts'
import { type PlotData, type PlotPoint, renderPlot } from '../report/plot.ts'
import type { WhatIfResults } from './results.ts'
import type { Estimate } from './statistics.ts'

export interface Plot {
  /** The metric. */
  name: string
  title: string
  svg: string
}

/** One plot for each metric; none where nothing was varied or no run has such a number. */
export function metricPlots(results: WhatIfResults): Plot[] {
  if (results.parameters.length === 0) return []
  return results.metrics
    .map((metric) => ({ metric, data: plotData(results, metric) }))
    .filter(({ data }) => data.series.some(({ points }) => points.some((point) => point !== null)))
    .map(({ metric, data }) => ({ name: metric.name, title: metric.title, svg: renderPlot(data) }))
}

function plotData(results: WhatIfResults, { name, title, unit }: WhatIfResults['metrics'][number]): PlotData {
  const [first, ...others] = results.parameters
  const labels = first?.values ?? []
  const series = new Map<string, (PlotPoint | null)[]>()
  for (const { settings, estimates } of results.points) {
    const seriesName = others.map(({ path }) => `${path} = ${settings[path]}`).join(', ')
    const points = series.get(seriesName) ?? []
    points.push(plotPoint(estimates[name]))
    series.set(seriesName, points)
  }
  return {
    title,
    subtitle: `${results.scenario}, ${seedsInWords(results)}${marksInWords([...series.values()].flat())}`,
    unit,
    x: { title: first?.path ?? '', labels, amounts: amountsOf(labels) },
    series: [...series].map(([seriesName, points]) => ({ name: seriesName, points })),
  }
}

function seedsInWords({ points }: WhatIfResults): string {
  const counts = points.map(({ runs }) => runs)
  const [low, high] = [Math.min(...counts), Math.max(...counts)]
  if (high < 2) return 'one run each, which shows no mean'
  return `mean of ${low === high ? high : `${low} to ${high}`} seeds with its 95 % interval`
}

/** What the marks say besides. */
function marksInWords(points: (PlotPoint | null)[]): string {
  const marks = [
    ...(points.some((point) => point?.isOpen) ? ['hollow: unknown, dashed over what was seen'] : []),
    ...(points.includes(null) ? ['a gap: not reached in every run'] : []),
  ]
  return marks.map((mark) => `; ${mark}`).join('')
}

function plotPoint(found: Estimate | undefined): PlotPoint | null {
  if (!found || found.mean === null) return null
  const { mean, low, high, seen } = found
  if (low !== null && high !== null) return { mean, low, high, isOpen: false }
  return { mean, low: seen?.least ?? mean, high: seen?.most ?? mean, isOpen: true }
}

/** What values measure, where all of them measure the same kind of thing. */
function amountsOf(texts: string[]): number[] | null {
  for (const read of [readNumber, parseDurationMs, parseSizeBytes, parseRateBytesPerSecond]) {
    try {
      return texts.map(read)
    } catch {
      // Another kind may fit.
    }
  }
  return null
}

function readNumber(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new RangeError('no plain number')
  return Number(text)
}
