// A web server in a process of its own, watched from outside as its users see it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** A server that has said where it listens. */
export interface ServerProcess {
  url: string
  /** From the start of the process to that line. */
  readyMs: number
  /** When the process was started, as `performance.now()` tells it. */
  startedMs: number
  /** Resident memory, in bytes; from /proc, so on Linux alone. */
  residentBytes(): number
  /** Processor time used so far, in ms; from /proc as well. */
  processorMs(): number
  stop(): Promise<void>
}

/** Starts Node with these arguments; the program must print the URL it listens on. */
export async function startServer(nodeArguments: string[]): Promise<ServerProcess> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, nodeArguments, { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await printedUrl(child)
  const readyMs = performance.now() - startedMs
  return {
    url,
    readyMs,
    startedMs,
    residentBytes: () =>
      Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1_024,
    processorMs: () => {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      // User and system time, in ticks of 10 ms.
      return (Number(fields[11]) + Number(fields[12])) * 10
    },
    // An orderly end: that is when Node writes its compile cache.
    stop: async () => {
      child.kill('SIGINT')
      await once(child, 'close')
    },
  }
}

async function printedUrl(child: ChildProcess): Promise<string> {
  let printed = ''
  for await (const chunk of child.stdout ?? []) {
    printed += chunk
    const [url] = /http:[^\s"]+(?=["\s])/.exec(printed) ?? []
    if (url !== undefined) return url
  }
  throw new Error(`The server ended without a URL; it printed: ${printed}`)
}
