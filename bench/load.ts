// A process that sends one request after the other over a few connections, as fast as they are answered. It is a process of its
// own so that it does not take the server's time; `measureRate` starts it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'

/** What to send: POST requests whose bodies are taken in turns. */
export interface Load {
  url: string
  path: string
  headers: Record<string, string>
  bodies: string[]
  /** At most so many; as many as are answered by default. */
  perSecond?: number
  measuredMs?: number
}

const connections = 8
const warmUpMs = 500
const defaultMeasuredMs = 1_500

/** Requests answered per second, in a process of its own. */
export async function measureRate(load: Load): Promise<number> {
  const child = fork(import.meta.filename, ['--as-load'])
  child.send(load)
  const [rate] = await once(child, 'message')
  return rate
}

async function send({ url, path, headers, bodies, perSecond, measuredMs = defaultMeasuredMs }: Load): Promise<number> {
  const pool = new Pool(url, { connections })
  const startMs = performance.now() + warmUpMs
  const endMs = startMs + measuredMs
  let sent = 0
  let answered = 0
  const connection = async () => {
    while (performance.now() < endMs) {
      const number = sent++
      const body = bodies[number % bodies.length] ?? ''
      if (perSecond !== undefined) {
        const dueMs = startMs - warmUpMs + (number / perSecond) * 1_000
        await delay(Math.max(1, dueMs - performance.now()))
      }
      const { statusCode, body: answer } = await pool.request({ method: 'POST', path, headers, body })
      // An infinite limit is taken for none, and none for 128 KiB: longer answers would be cut, and cost a connection each.
      await answer.dump({ limit: Number.MAX_SAFE_INTEGER })
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
