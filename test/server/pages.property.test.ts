// Whatever agents, images and users are called, a page shows it as text.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { html } from '../../server/dashboard/html.ts'
import { page } from '../../server/dashboard/layout.ts'
import { renderWhatIfPage } from '../../simulator/report/what-if-page.ts'

const hostile = [
  '</script><script>alert(1)</script>',
  '__STYLE__',
  '$&',
  "$'$`$1$<a>",
  '"\'',
  '&amp;',
  '</style>',
  '\u2028\u202e',
  '{style}',
]
const name = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' }), fc.string())
const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" } as Record<string, string>
const textOf = (markup: string) =>
  markup.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] as string)

test('a page of the fleet', () => {
  fc.assert(
    fc.property(name, name, fc.boolean(), (title, hostname, isStill) => {
      const shown = page(title, html`<h1>${hostname}</h1>`, html`<p>${hostname}</p>`, { isStill })
      const plain = page('', html`<h1></h1>`, html`<p></p>`, { isStill })
      const parts = /<title>([\s\S]*?)<\/title>[\s\S]*?<h1>([\s\S]*?)<\/h1>[\s\S]*?<p>([\s\S]*?)<\/p>/.exec(shown)
      expect(parts?.slice(1).map(textOf)).toEqual([title, hostname, hostname])
      const skeleton = shown
        .replace(/<title>[\s\S]*?<\/title>/, '<title></title>')
        .replace(/<h1>[\s\S]*?<\/h1>/, '<h1></h1>')
        .replace(/<p>[\s\S]*?<\/p>/, '<p></p>')
      expect(skeleton).toBe(plain)
    }),
  )
})

test('the page of an experiment', () => {
  const svg = '<svg width="1"></svg>'
  fc.assert(
    fc.property(name, name, (title, cell) => {
      const table = { title, columns: [cell], rows: [[cell]] }
      const shown = renderWhatIfPage({
        title,
        description: cell,
        notes: [cell],
        command: cell,
        sections: [{ title, table, svg }],
      })
      const cells = [/<h1>([\s\S]*?)<\/h1>/, /<td>([\s\S]*?)<\/td>/, /<pre>([\s\S]*?)<\/pre>/, /aria-label="([^"]*)"/]
      expect(cells.map((cell) => textOf(cell.exec(shown)?.[1] ?? ''))).toEqual([title, cell, cell, title])
      expect(shown.match(/<script|<\/style>/g)).toEqual(['</style>'])
    }),
  )
})
