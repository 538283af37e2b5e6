// The results as tables and CSV: one table per metric, its rows along the first parameter and its columns along the second.
import type { Table } from '../report/table.ts'
import { metricNames, metrics } from './metrics.ts'
import type { Point } from './parameters.ts'
import type { WhatIfResults } from './results.ts'
import type { Run } from './sweep.ts'
import { formatEstimate, formatVerdict } from './words.ts'

/** One table for each metric. */
export function metricTables(results: WhatIfResults): Table[] {
  return results.metrics.map((metric) => metricTable(results, metric))
}

function metricTable(results: WhatIfResults, { name, title, unit }: WhatIfResults['metrics'][number]): Table {
  const [first, second, ...others] = results.parameters
  const rowPaths = [...(first ? [first.path] : []), ...others.map(({ path }) => path)]
  const rows = new Map<string, string[]>()
  for (const { settings, estimates } of results.points) {
    const labels = rowPaths.map((path) => settings[path] ?? '')
    const key = labels.join('\n')
    const row = rows.get(key) ?? labels
    row.push(formatEstimate(estimates[name], unit))
    rows.set(key, row)
  }
  const columns = second ? second.values.map((value) => `${second.path} = ${value}`) : [name]
  return { title: second ? `${title} (${name})` : title, columns: [...rowPaths, ...columns], rows: [...rows.values()] }
}

/** The table of a comparison; null where there was none. */
export function comparisonTable({ comparison }: WhatIfResults): Table | null {
  if (comparison === null) return null
  const { a, b, differences } = comparison
  const paths = Object.keys(differences[0]?.settings ?? {})
  const rows = differences.map(({ settings, metric, difference }) => [
    ...paths.map((path) => settings[path] ?? ''),
    metric,
    formatEstimate(difference, metrics[metric].unit),
    formatVerdict(difference),
  ])
  return { title: `${b} minus ${a}, seed by seed`, columns: [...paths, 'metric', 'difference', ''], rows }
}

/** The whole table as CSV: a line for each point and metric. */
export function formatCsv(results: WhatIfResults): string {
  const paths = results.parameters.map(({ path }) => path)
  const header = [...paths, 'metric', 'unit', 'runs', 'reached', 'mean', 'known', 'low', 'high']
  const lines = results.points.flatMap(({ settings, estimates }) =>
    results.metrics.map(({ name, unit }) => {
      const { runs = 0, reached = 0, mean = null, known = 'unknown', low = null, high = null } = estimates[name] ?? {}
      return [...paths.map((path) => settings[path] ?? ''), name, unit, runs, reached, mean, known, low, high]
    }),
  )
  return [header, ...lines].map(csvLine).join('')
}

/** The header of the file that has a line for each run. */
export function runsCsvHeader(paths: readonly string[]): string {
  return csvLine([...paths, 'seed', ...metricNames])
}

export function runsCsvLine({ seed, measurement }: Run, point: Point): string {
  return csvLine([...point.map(({ text }) => text), seed, ...metricNames.map((name) => measurement[name])])
}

/** Of RFC 4180; nothing where there is no value. */
function csvLine(fields: readonly (string | number | null)[]): string {
  const cells = fields.map((field) => {
    const text = field === null ? '' : String(field)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  })
  return `${cells.join(',')}\n`
}
