// `npm run bench`: every part; `npm run bench -- serve`: the named ones. Each part measures this project and its peers in the same
// run, in turns, because the ratio says more than a figure of one machine on one day.
import { formatRows } from './rows.ts'

const parts: Record<string, () => Promise<string>> = {
  virtual: async () => formatRows(await (await import('./virtual.ts')).benchVirtual()),
  serve: async () => formatRows(await (await import('./serve.ts')).benchServe()),
  api: async () => formatRows(await (await import('./api.ts')).benchApi()),
  sessions: async () => formatRows(await (await import('./sessions.ts')).benchSessions()),
  coverage: async () => (await import('./coverage.ts')).benchCoverage(),
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) {
  process.stderr.write(`bench: no part ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.\n`)
  process.exitCode = 1
} else {
  for (const [name, run] of Object.entries(parts)) {
    if (named.length === 0 || named.includes(name)) process.stdout.write(`${name}\n${await run()}\n`)
  }
}
