#!/usr/bin/env node
// The command `kasm-sim`. Node keeps what it has compiled in a cache of the system's temporary folder; only what is imported after
// the cache is on gains from it. Hence this one file is JavaScript: for TypeScript, Node would first load its type stripper, which
// takes 15 MB and a quarter of the start-up, and which nothing needs once the cache holds the rest.
import { enableCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'

enableCompileCache()
// What a start throws away would make the heap grow, and what it does but once would be compiled to the last: an idle server would
// hold 8 MB for nothing. Once it listens, cli/serve.ts takes both back.
if (process.argv[2] === 'serve') {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--no-opt')
}
const { main } = await import('./cli/cli.ts')
process.exitCode = await main(process.argv.slice(2))
