import { expect, test } from 'vitest'
import { renderWhatIfPage } from '../../simulator/report/what-if-page.ts'

const page = renderWhatIfPage({
  title: 'What if: storm',
  description: 'Agents <25> & more',
  notes: ['Each number is a mean.', 'The check "a < b" was missed.'],
  command: 'kasm-sim what-if storm --vary fleet.cap=2,4',
  sections: [
    {
      title: 'Ready "time"',
      table: {
        title: 'Ready',
        columns: ['fleet.cap', 'ready-time.p95'],
        rows: [
          ['2', '12m <b>'],
          ['4', '6m'],
        ],
      },
      svg: '<svg width="1"><title>x</title></svg>',
    },
    { title: 'Pulls', table: { title: 'Pulls', columns: ['pulls'], rows: [['3']] }, svg: null },
  ],
})

test('needs nothing but itself', () => {
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
  expect(page).not.toMatch(/<(script|link|img)\b|https?:|url\(/)
})

test('has the tables and the plots, each plot named for those who cannot see it', () => {
  expect(page.match(/<table>/g)).toHaveLength(2)
  expect(page.match(/<svg/g)).toHaveLength(1)
  expect(page).toContain('<svg role="img" aria-label="Ready &quot;time&quot;" width="1">')
  expect(page).toContain('<td>2</td><td>12m &lt;b&gt;</td>')
})

test('shows texts as texts', () => {
  expect(page).toContain('Agents &lt;25&gt; &amp; more')
  expect(page).toContain('The check &quot;a &lt; b&quot; was missed.')
})
