// The page of an experiment: one HTML file that needs nothing else, with the tables and the plots in it.
import type { Table } from './table.ts'

export interface WhatIfPage {
  title: string
  description: string
  /** Each a sentence: what was run, what is missing. */
  notes: string[]
  /** How to run it again. */
  command: string
  sections: { title: string; table: Table; svg: string | null }[]
}

const style = `
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: .2rem } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem }
pre { background: #f4f4f4; padding: .7rem 1rem; white-space: pre-wrap; font-size: .9rem } figure { margin: 0 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; margin: .5rem 0 1rem }
th, td { text-align: left; padding: .25rem 1.2rem .25rem 0; border-bottom: 1px solid #ddd; white-space: nowrap }
th { border-bottom-color: #888 } .wide { overflow-x: auto } svg { max-width: 100%; height: auto }
`

/**
 * Renders the page.
 *
 * @example
 * renderWhatIfPage({ title: 'storm', description: '', notes: [], command: 'kasm-sim what-if storm', sections: [] })
 */
export function renderWhatIfPage({ title, description, notes, command, sections }: WhatIfPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(description)}</p>
<pre>${escaped(command)}</pre>
<ul>
${notes.map((note) => `<li>${escaped(note)}</li>`).join('\n')}
</ul>
${sections.map(renderSection).join('\n')}
</body>
</html>
`
}

function renderSection({ title, table, svg }: WhatIfPage['sections'][number]): string {
  const picture =
    svg === null
      ? ''
      : `<figure class="wide">${svg.replace('<svg ', () => `<svg role="img" aria-label="${escaped(title)}" `)}</figure>\n`
  return `<section>
<h2>${escaped(title)}</h2>
${picture}<div class="wide">
<table>
<thead><tr>${table.columns.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')}</tr></thead>
<tbody>
${table.rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('\n')}
</tbody>
</table>
</div>
</section>`
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character)
}
