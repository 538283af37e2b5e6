// docs/what-if.md and the pages below it: every command works, with one seed and the first value of each parameter; every plot is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { loadScenario } from '../../simulator/scenario/load.ts'
import { metricNames } from '../../simulator/what-if/metrics.ts'
import { command, temporaryFolder } from '../cli/command.ts'

const docs = fileURLToPath(new URL('../../docs/', import.meta.url))
const pages = readdirSync(`${docs}what-if`).filter((file) => file.endsWith('.md'))
const read = (file: string) => readFileSync(`${docs}${file}`, 'utf8')
const guide = read('what-if.md')

function commandsOf(page: string): string[] {
  const blocks = [...read(page).matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'))
  return blocks.map((line) => line.replace(/^kasm-sim /, ''))
}

/** A command line in its words; what stands in quotes is one of them. */
function wordsOf(line: string): string[] {
  return Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '')
}

/** The first value of each parameter, of two that are compared both, and one seed. */
function shortened(line: string): string[] {
  const words = wordsOf(line)
  const keepsAll = words.includes('--compare')
  const short = words.map((word, index) => {
    if (words[index - 1] !== '--vary') return word
    return keepsAll ? word : word.replace(/(\d+)\.\.\d+$/, (_, low) => `${low}..${Number(low) + 1}`).replace(/,.*/, '')
  })
  return [...short, '--seeds', '1', ...(words.includes('--precision') ? ['--seeds-max', '2'] : [])]
}

const commands = [...new Set(['what-if.md', ...pages.map((page) => `what-if/${page}`)].flatMap(commandsOf))]

test('there are commands to try', () => {
  expect(commands.length).toBeGreaterThan(8)
  expect(commands.every((line) => /^(what-if|find-max) /.test(line))).toBe(true)
})

test.for(commands)('kasm-sim %s: works as a page says', async (line) => {
  const { exitCode, stdout, stderr } = await command(shortened(line), { cwd: temporaryFolder() })
  expect(exitCode, stderr).toBe(0)
  expect(stdout).not.toBe('')
})

test('every ready-made scenario is valid, and some page asks for it', async () => {
  const folder = fileURLToPath(new URL('../../scenarios/what-if/', import.meta.url))
  const names = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''))
  expect(names.length).toBeGreaterThan(4)
  for (const name of names) {
    expect(compileScenario(await loadScenario(name)).name).toBe(name)
    expect(
      commands.some((line) => line.split(' ')[1] === name),
      name,
    ).toBe(true)
    expect(guide).toContain(`\`${name}\``)
  }
})

test.for(pages)('%s shows the plots that lie beside it, and all of them', (page) => {
  const text = read(`what-if/${page}`)
  const shown = Array.from(text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g), ([, file = '']) => file)
  expect(shown.length).toBeGreaterThan(0)
  for (const file of shown) expect(existsSync(`${docs}what-if/${file}`), file).toBe(true)
  const own = readdirSync(`${docs}what-if`).filter(
    (file) => file.endsWith('.svg') && file.startsWith(page.replace('md', '')),
  )
  expect(own.sort()).toEqual(shown.sort())
  expect(text).toMatch(/\n## Answer\n\n\S/)
  expect(text).toMatch(/\n## Assumptions\n\n- /)
  expect(guide).toContain(`](what-if/${page})`)
})

test('the guide explains every metric and every flag', async () => {
  expect(metricNames.filter((name) => !guide.includes(`\`${name}\``))).toEqual([])
  for (const name of ['what-if', 'find-max']) {
    const { stdout } = await command([name, '--help'])
    const flags = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag as string)
    expect(flags.length).toBeGreaterThan(4)
    const section = guide.split(/^## /m).find((part) => part.startsWith(`${name}:`)) ?? ''
    expect(
      flags.filter((flag) => !section.includes(flag)),
      name,
    ).toEqual([])
  }
})
