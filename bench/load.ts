// A process that sends one request after the other over a few connections, as fast as they are answered. It is a process of its
// own so that it does not take the server's time; `measureRate` starts it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Pool } from 'undici'

/** What to send: POST requests whose bodies are taken in turns. */
export interface Load {
  url: string
  path: string
  headers: Record<string, string>
  bodies: string[]
}

const connections = 8
const warmUpMs = 500
const measuredMs = 1_500

/** Requests answered per second, in a process of its own. */
export async function measureRate(load: Load): Promise<number> {
  const child = fork(import.meta.filename, ['--as-load'])
  child.send(load)
  const [rate] = await once(child, 'message')
  return rate
}

async function send({ url, path, headers, bodies }: Load): Promise<number> {
  const pool = new Pool(url, { connections })
  const startMs = performance.now() + warmUpMs
  const endMs = startMs + measuredMs
  let sent = 0
  let answered = 0
  const connection = async () => {
    while (performance.now() < endMs) {
      const body = bodies[sent++ % bodies.length] ?? ''
      const { statusCode, body: answer } = await pool.request({ method: 'POST', path, headers, body })
      await answer.dump({ limit: Number.POSITIVE_INFINITY })
      if (statusCode !== 200) throw new Error(`POST ${path} was answered with ${statusCode}`)
      const nowMs = performance.now()
      if (nowMs >= startMs && nowMs < endMs) answered += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, connection))
  await pool.close()
  return answered / (measuredMs / 1_000)
}

if (process.argv.includes('--as-load')) {
  const [load] = await once(process, 'message')
  process.send?.(await send(load))
  process.disconnect?.()
}
