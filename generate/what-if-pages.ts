// Brings the pages of docs/what-if/ up to date: runs the commands that they show, puts the tables below each and the plots beside the
// page. `node generate/what-if-pages.ts caps rollback` does so for some of them. The prose is written by hand and names figures, so read it
// again where a number has moved.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Table } from '../simulator/report/table.ts'
import type { WhatIfResults } from '../simulator/what-if/results.ts'
import { comparisonTable, metricTables } from '../simulator/what-if/tables.ts'

const folder = fileURLToPath(new URL('../docs/what-if/', import.meta.url))
const program = fileURLToPath(new URL('../simulator/main.js', import.meta.url))
/** A command and the results that stand below it. */
const block = /```sh\nkasm-sim (what-if .*)\n```\n(?:\n<!-- results -->[\s\S]*?<!-- \/results -->\n)?/g

const chosen = process.argv.slice(2)
for (const file of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
  if (chosen.length === 0 || chosen.includes(basename(file, '.md'))) updatePage(join(folder, file))
}

function updatePage(file: string): void {
  const page = basename(file, '.md')
  for (const old of readdirSync(folder)) {
    if (old.startsWith(`${page}.`) && old.endsWith('.svg')) rmSync(join(folder, old))
  }
  let number = 0
  const text = readFileSync(file, 'utf8').replaceAll(block, (_, command: string) => {
    number += 1
    process.stderr.write(`${page}: kasm-sim ${command}\n`)
    return `\`\`\`sh\nkasm-sim ${command}\n\`\`\`\n\n<!-- results -->\n\n${runCommand(command, `${page}.${number}`)}<!-- /results -->\n`
  })
  writeFileSync(file, text)
}

/** Runs a command, keeps its plots and returns plots and tables as Markdown. */
function runCommand(command: string, plotPrefix: string): string {
  const out = mkdtempSync(join(tmpdir(), 'kasm-sim-what-if-'))
  try {
    const args = [program, ...command.split(' '), '--json', '--out', out]
    const stdout = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
    const results = JSON.parse(stdout) as WhatIfResults
    const plots = new Set(readdirSync(out).filter((name) => name.endsWith('.svg')))
    for (const plot of plots) copyFileSync(join(out, plot), join(folder, `${plotPrefix}.${plot}`))
    const compared = comparisonTable(results)
    return [
      ...results.metrics.map(({ name, title }, index) => {
        const table = metricTables(results)[index]
        const picture = plots.has(`${name}.svg`) ? `![${title}](${plotPrefix}.${name}.svg)\n\n` : ''
        return picture + (table ? formatMarkdown(table) : '')
      }),
      ...(compared ? [formatMarkdown(compared)] : []),
    ].join('')
  } finally {
    rmSync(out, { recursive: true })
  }
}

function formatMarkdown({ title, columns, rows }: Table): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |\n`
  return `${title}:\n\n${line(columns)}${line(columns.map(() => '---'))}${rows.map(line).join('')}\n`
}
