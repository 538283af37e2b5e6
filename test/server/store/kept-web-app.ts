// A web app that keeps its state in the file it is told, as a process of its own: something to kill.
import { flushCompileCache } from 'node:module'
// Loaded with the first body otherwise; here so that the cache has it.
import '../../../server/routes/body-checks.ts'
import { startWebApp } from '../../../server/main.ts'

process.stdout.write('opening\n')
const { url } = await startWebApp({ dataFile: process.argv[2] ?? '', images: [] })
process.stdout.write(`${url}\n`)
// A process that is killed would leave none of it to the next.
flushCompileCache()
