// One metric over one parameter as a picture: means as lines, their intervals as bands, one colour and symbol per series.
// The SVG is drawn by echarts without a browser.
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { GridComponentOption, LegendComponentOption, TitleComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'
import { createChart } from './echarts.ts'
import { type Scale, scaleOf, type Unit } from './quantity.ts'

type Option = ComposeOption<
  CustomSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | TitleComponentOption
>

/** A mean and the interval around it, in the unit of the plot. */
export interface PlotPoint {
  mean: number
  low: number
  high: number
  /** Whether the interval is not known: the ends are then what was seen, and the point is drawn hollow. */
  isOpen: boolean
}

export interface PlotData {
  title: string
  subtitle: string
  unit: Unit
  x: {
    title: string
    /** As people wrote them, in order. */
    labels: string[]
    /** What they measure; null where they are names, which have places but no distances. */
    amounts: number[] | null
  }
  /** One point for each label; null where there is none. */
  series: { name: string; points: (PlotPoint | null)[] }[]
}

const width = 760
const height = 430
/** Okabe and Ito's colours, which stay apart for every kind of colour blindness; the symbols do so without any colour. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#7f7f7f']
const symbols = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect', 'emptyTriangle', 'emptyDiamond']
/** Of a span beyond this factor a linear axis would hide the small end. */
const decadesFactor = 20
/** Neighbours closer than this share of the axis would write over each other. */
const gapMin = 0.06

/**
 * Draws a plot.
 *
 * @example
 * renderPlot({ title: 'Ready time', subtitle: '30 seeds', unit: 'ms', x: { title: 'fleet.cap', labels: ['2'], amounts: [2] },
 *   series: [{ name: '', points: [{ mean: 60_000, low: 58_000, high: 62_000, isOpen: false }] }] }) // '<svg ...'
 */
export function renderPlot(data: PlotData): string {
  const chart = createChart({ width, height })
  try {
    chart.setOption(optionOf(data))
    return `${stillPicture(chart.renderToSVGString())}\n`
  } finally {
    chart.dispose()
  }
}

/**
 * What serves pointers and animation goes: nothing reaches beyond the axes, so nothing need be clipped, and names that count
 * the plots of a process would make the same plot another text and clash where a page has several.
 */
function stillPicture(svg: string): string {
  return svg
    .replaceAll(/<(style|defs) >[\s\S]*?<\/\1>\n?/g, '')
    .replaceAll(/ (?:class|clip-path|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
}

function optionOf(data: PlotData): Option {
  const values = data.series.flatMap(({ points }) => points.filter((point) => point !== null))
  const scale = scaleOf(Math.max(0, ...values.map(({ high }) => high)), data.unit)
  const named = data.series.length > 1
  const places = placesOf(data.x)
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'Helvetica, Arial, sans-serif' },
    title: {
      text: data.title,
      subtext: data.subtitle,
      left: 16,
      top: 10,
      itemGap: 6,
      textStyle: { fontSize: 17, color: '#222222' },
      subtextStyle: { fontSize: 12, color: '#555555' },
    },
    legend: {
      show: named,
      type: 'plain',
      left: 14,
      top: 60,
      itemGap: 18,
      textStyle: { fontSize: 12, color: '#222222' },
      data: data.series.map(({ name }) => name),
    },
    grid: { left: 78, right: 36, top: named ? 116 + 20 * extraLegendRows(data) : 88, bottom: 54 },
    xAxis: xAxisOf(data.x, places),
    yAxis: yAxisOf(values, scale),
    series: data.series.flatMap((series, index) => drawnSeries(series, { index, places, scale })),
  }
}

/** Legends wrap; a character takes about 7 pixels, and symbol and gap about 50. */
function extraLegendRows({ series }: PlotData): number {
  const widths = series.map(({ name }) => name.length * 7 + 50)
  return Math.floor(widths.reduce((sum, part) => sum + part, 0) / (width - 40))
}

interface Places {
  type: 'category' | 'value' | 'log'
  /** Where each label stands on the axis. */
  at: number[]
  /** Whether there is something between two neighbours: between names there is nothing. */
  joined: boolean
}

/** Amounts stand where they belong, as long as their labels do not meet; names stand in even steps. */
function placesOf({ labels, amounts }: PlotData['x']): Places {
  const even = { type: 'category' as const, at: labels.map((_, index) => index), joined: amounts !== null }
  if (amounts === null || amounts.length < 2) return even
  const low = Math.min(...amounts)
  const high = Math.max(...amounts)
  const isLog = low > 0 && high / low >= 8
  const positions = amounts
    .map((amount) => (isLog ? Math.log(amount / low) / Math.log(high / low) : (amount - low) / (high - low)))
    .toSorted((a, b) => a - b)
  const gaps = positions.slice(1).map((position, index) => position - (positions[index] ?? 0))
  if (gaps.some((gap) => gap < gapMin)) return even
  return { type: isLog ? 'log' : 'value', at: amounts, joined: true }
}

function xAxisOf({ title, labels }: PlotData['x'], { type, at }: Places): NonNullable<Option['xAxis']> {
  const common = {
    name: type === 'log' ? `${title} (log)` : title,
    nameLocation: 'middle' as const,
    nameGap: 30,
    nameTextStyle: { fontSize: 13, color: '#222222' },
    axisLine: { show: true, lineStyle: { color: '#666666' } },
  }
  const label = { fontSize: 12, color: '#333333' }
  if (type === 'category') {
    return { ...common, type, data: labels, axisLabel: { ...label, interval: 0 }, axisTick: { alignWithLabel: true } }
  }
  const low = Math.min(...at)
  const high = Math.max(...at)
  const margin = type === 'log' ? (high / low) ** 0.04 : (high - low) * 0.04
  return {
    ...common,
    type,
    min: type === 'log' ? low / margin : low - margin,
    max: type === 'log' ? high * margin : high + margin,
    axisLabel: { ...label, customValues: at, formatter: (value: number) => nearestLabel(value, { labels, at }) },
    axisTick: { show: true, customValues: at },
    splitLine: { show: false },
  }
}

/** The axis computes with logarithms, so that what it hands back may differ from what was written in the last digit. */
function nearestLabel(value: number, { labels, at }: { labels: string[]; at: number[] }): string {
  const distances = at.map((amount) => Math.abs(amount - value))
  return labels[distances.indexOf(Math.min(...distances))] ?? ''
}

function yAxisOf(values: PlotPoint[], { divisor, name }: Scale): NonNullable<Option['yAxis']> {
  const means = values.map(({ mean }) => mean)
  const isLog = Math.min(...means) > 0 && Math.max(...means) / Math.min(...means) >= decadesFactor
  const high = Math.max(0, ...values.map((value) => value.high)) / divisor
  const low = Math.min(...values.map((value) => (value.low > 0 ? value.low : value.mean))) / divisor
  return {
    ...(isLog ? logRange(low, high) : linearRange(high)),
    name: isLog ? `${name} (log)`.trimStart() : name,
    nameLocation: 'end',
    nameGap: 12,
    nameTextStyle: { fontSize: 12, color: '#333333', align: 'left', padding: [0, 0, 0, -60] },
    axisLine: { show: true, lineStyle: { color: '#666666' } },
    axisLabel: { fontSize: 12, color: '#333333', formatter: tickText },
    splitLine: { lineStyle: { color: '#e4e4e4' } },
  }
}

function logRange(low: number, high: number) {
  return { type: 'log' as const, min: 10 ** Math.floor(Math.log10(low)), max: 10 ** Math.ceil(Math.log10(high)) }
}

/** From 0, so that heights can be compared, to the first round number above every interval. */
function linearRange(high: number) {
  const top = high > 0 ? high * 1.02 : 1
  const power = 10 ** Math.floor(Math.log10(top))
  const interval = [0.2, 0.25, 0.5, 1, 2].map((step) => step * power).find((step) => top / step <= 6) ?? power
  return { type: 'value' as const, min: 0, max: Math.ceil(top / interval) * interval, interval }
}

function tickText(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 })
}

function drawnSeries(
  { name, points }: PlotData['series'][number],
  { index, places, scale }: { index: number; places: Places; scale: Scale },
): (LineSeriesOption | CustomSeriesOption)[] {
  const color = colors[index % colors.length] ?? '#000000'
  const placed = points.map((point, place) => ({ at: places.at[place] ?? place, point }))
  const line: LineSeriesOption = {
    name,
    type: 'line',
    data: placed.map(({ at, point }) => ({
      value: [at, point === null ? null : point.mean / scale.divisor],
      ...(point?.isOpen ? { itemStyle: { color: '#ffffff', borderColor: color, borderWidth: 2 } } : {}),
    })) as NonNullable<LineSeriesOption['data']>,
    color,
    symbol: symbols[index % symbols.length] ?? 'circle',
    symbolSize: places.joined ? 8 : 12,
    showAllSymbol: true,
    lineStyle: { width: 2, opacity: places.joined ? 1 : 0 },
    z: 3,
  }
  const bounds = placed.map(({ at, point }) =>
    point === null
      ? null
      : { at, low: point.low / scale.divisor, high: point.high / scale.divisor, isOpen: point.isOpen },
  )
  return [bandOf(bounds, { color, joined: places.joined }), line]
}

type Bound = { at: number; low: number; high: number; isOpen: boolean } | null

/** The interval: a band between neighbours, and a whisker at each point, which also shows a point that stands alone. */
function bandOf(bounds: Bound[], { color, joined }: { color: string; joined: boolean }): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    data: [[0, 0]],
    z: 2,
    clip: false,
    encode: { x: -1, y: -1 },
    renderItem: ({ coordSys }, api) => {
      const { y: top, height: depth } = coordSys as unknown as { y: number; height: number }
      // On an axis of decades 0 lies infinitely deep, so what is below the axis ends there.
      const at = (x: number, y: number) => {
        const [across = 0, down = 0] = api.coord([x, Math.max(y, Number.MIN_VALUE)])
        return [across, Math.min(down, top + depth)]
      }
      const bands = (joined ? stretches(bounds) : []).map((stretch) => ({
        type: 'polygon' as const,
        shape: {
          points: [
            ...stretch.map(({ at: x, high }) => at(x, high)),
            ...stretch.toReversed().map(({ at: x, low }) => at(x, low)),
          ],
        },
        style: { fill: color, opacity: 0.18 },
      }))
      const whiskers = bounds
        .filter((bound) => bound !== null)
        .map(({ at: x, low, high, isOpen }) => whisker([at(x, low), at(x, high)], { stroke: color, isOpen }))
      return { type: 'group', children: [...bands, ...whiskers] }
    },
  }
}

function whisker([low = [], high = []]: number[][], { stroke, isOpen }: { stroke: string; isOpen: boolean }) {
  const [x = 0, y1 = 0] = low
  const [, y2 = 0] = high
  const style = { stroke, lineWidth: 1.5, opacity: 0.6, ...(isOpen ? { lineDash: [3, 3] } : {}) }
  return { type: 'line' as const, shape: { x1: x, y1, x2: x, y2 }, style }
}

/** Runs of neighbours without a gap or an open one, of two points at least. */
function stretches(bounds: Bound[]): NonNullable<Bound>[][] {
  const found: NonNullable<Bound>[][] = [[]]
  for (const bound of bounds) {
    if (bound === null || bound.isOpen) found.push([])
    else found.at(-1)?.push(bound)
  }
  return found.filter((stretch) => stretch.length > 1)
}
