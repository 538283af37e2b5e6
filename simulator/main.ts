#!/usr/bin/env node
// The command `kasm-sim`. Node keeps what it has compiled in a cache of the system's temporary folder, which saves a quarter of the
// start-up; only what is imported after the cache is on gains from it.
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { main } = await import('./cli/cli.ts')
process.exitCode = await main(process.argv.slice(2))
