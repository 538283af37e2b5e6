#!/usr/bin/env node
// The command `kasm-sim`. Node keeps what it has compiled in a cache of the system's temporary folder; only what is imported after
// the cache is on gains from it. Hence this one file is JavaScript: for TypeScript, Node would first load its type stripper, which
// takes 15 MB and a quarter of the start-up, and which nothing needs once the cache holds the rest.
import module from 'node:module'
import { setFlagsFromString } from 'node:v8'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 22)) {
  const advice = 'Install Node.js 24, or run it by npm in a checkout, which brings its own.'
  process.stderr.write(`kasm-sim: Failed to start: Node.js ${process.version} is older than 22.22. ${advice} [USAGE]\n`)
  process.exit(1)
}
module.enableCompileCache()
// What a start throws away would make the heap grow, and what it does but once would be compiled to the last: an idle server would
// hold 8 MB for nothing. Once it listens, cli/serve.ts takes both back.
if (process.argv[2] === 'serve') {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--no-opt')
}
const { main } = await import('./cli/cli.ts')
process.exitCode = await main(process.argv.slice(2))
