// The parts of echarts that plots are made of. The build replaces this file with one that holds them (`npm run build:echarts`), because
// the library takes a hundred times as much room as what is used of it; so it is a package of the checkout alone.
import { CustomChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([CustomChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])

/** A chart without a browser: renders to SVG. */
export const createChart = (size: { width: number; height: number }) =>
  init(null, null, { renderer: 'svg', ssr: true, ...size })
