// `npm run bench`: every part; `npm run bench -- serve`: the named ones. Each part measures this project and its peers in the same
// run, in turns, because the ratio says more than a figure of one machine on one day.
import { formatRows, type Row } from './rows.ts'

const parts: Record<string, () => Promise<Row[]>> = {
  virtual: async () => (await import('./virtual.ts')).benchVirtual(),
  serve: async () => (await import('./serve.ts')).benchServe(),
  api: async () => (await import('./api.ts')).benchApi(),
  sessions: async () => (await import('./sessions.ts')).benchSessions(),
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) {
  process.stderr.write(`bench: no part ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.\n`)
  process.exitCode = 1
} else {
  for (const [name, run] of Object.entries(parts)) {
    if (named.length === 0 || named.includes(name)) process.stdout.write(`${name}\n${formatRows(await run())}\n`)
  }
}
