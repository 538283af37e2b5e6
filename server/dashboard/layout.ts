// What all pages share: a plain document that needs no script and no file beside it, in light and in dark.
import { Html, html } from './html.ts'

const style = new Html(`
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #66707f; --line: #e2e6ec;
  --good: #1a7f4b; --busy: #1f5fbf; --wait: #8a6100; --bad: #b3261e; --none: #66707f }
@media (prefers-color-scheme: dark) { :root { --ground: #12161c; --card: #1a2029; --ink: #e4e9f0; --soft: #93a0b1;
  --line: #2b3440; --good: #5fd39a; --busy: #7db2ff; --wait: #e3b341; --bad: #ff8a80; --none: #93a0b1 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.5 system-ui, sans-serif }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 48px }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px; margin-bottom: 20px }
h1 { margin: 0; font-size: 22px; font-weight: 650 }
h2 { margin: 32px 0 10px; font-size: 15px; font-weight: 650 }
a { color: var(--busy); text-decoration: none }
a:hover { text-decoration: underline }
.soft, small { color: var(--soft) }
.end { margin-left: auto }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px }
@media (max-width: 480px) { .cards { grid-template-columns: repeat(2, 1fr) } }
.card, .sheet { background: var(--card); border: 1px solid var(--line); border-radius: 10px }
.card { padding: 12px 14px }
.card b { display: block; font-size: 20px; font-weight: 650 }
.sheet { overflow-x: auto }
table { width: 100%; border-collapse: collapse }
th, td { padding: 8px 12px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
tr:last-child td { border-bottom: 0 }
th { color: var(--soft); font-size: 12px; font-weight: 500; white-space: nowrap }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td.date { white-space: nowrap; font-variant-numeric: tabular-nums }
code { font: 12px ui-monospace, monospace; overflow-wrap: anywhere }
.chip { display: inline-block; padding: 0 8px; border: 1px solid currentColor; border-radius: 99px; font-size: 12px;
  white-space: nowrap; margin: 0 4px 2px 0 }
.whole { white-space: nowrap }
.good { color: var(--good) } .busy { color: var(--busy) } .wait { color: var(--wait) }
.bad { color: var(--bad) } .none { color: var(--none) }
.bar { display: block; height: 6px; min-width: 90px; margin-top: 6px; background: var(--line); border-radius: 99px;
  overflow: hidden }
.bar i { display: block; height: 100%; background: currentColor }
details { color: var(--soft) } summary { cursor: pointer }
pre { margin: 6px 0 0; font: 12px/1.5 ui-monospace, monospace; white-space: pre-wrap }
.empty { padding: 20px 14px; color: var(--soft) }
@media print { .end { display: none } }
`)

/** How often a page asks for itself again, in seconds. */
const refreshSeconds = 5

/** A whole page; `isStill` shows it as it is now for good. */
export function page(title: string, heading: Html, content: Html, { isStill }: { isStill: boolean }): string {
  const refresh = isStill ? html`` : html`<meta http-equiv="refresh" content="${refreshSeconds}">`
  const toggle = isStill
    ? html`<a class="end" href="?">follow</a>`
    : html`<span class="end soft">follows every ${refreshSeconds} s · <a href="?still">hold still</a></span>`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>${heading}${toggle}</header>
${content}
</main>
</body>
</html>
`.text
}

/** A word in a colour that says how good it is. */
export function chip(word: string, mood: 'good' | 'busy' | 'wait' | 'bad' | 'none'): Html {
  return html`<span class="chip ${mood}">${word}</span>`
}

/** A bar that is filled so far, 0 to 100. */
export function bar(percent: number, mood: string): Html {
  return html`<span class="bar ${mood}"><i style="width:${Math.min(100, Math.max(0, Math.round(percent)))}%"></i></span>`
}

/** A table, or a few words where it has no rows. */
export function table(headings: readonly (string | { number: string })[], rows: readonly Html[], empty: string): Html {
  if (rows.length === 0) return html`<div class="sheet empty">${empty}</div>`
  const cells = headings.map((heading) =>
    typeof heading === 'string' ? html`<th>${heading}</th>` : html`<th class="number">${heading.number}</th>`,
  )
  return html`<div class="sheet"><table><thead><tr>${cells}</tr></thead><tbody>${rows}</tbody></table></div>`
}

/** An amount of bytes as people read it, such as `2.4 GB`. */
export function bytes(amount: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, amount)) / 3)))
  const value = amount / 1_000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}

/** A date without its fractions. */
export function date(text: string | null): string {
  return text === null ? '–' : text.slice(0, 19)
}

/** The beginning of a digest, enough to tell it from others. */
export function shortDigest(digest: string | null): string {
  return digest === null ? '–' : digest.replace('sha256:', '').slice(0, 12)
}
