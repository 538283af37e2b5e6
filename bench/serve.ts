// `kasm-sim serve`: how fast it is there, how much memory it holds while nobody calls, and how fast it answers. Its peers do no
// work: a bare Fastify application, which is the floor of anything built on Fastify, and the bare HTTP server of Node.
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Load, measureRate } from './load.ts'
import { median, type Row } from './rows.ts'
import { startServer } from './server-process.ts'

const entry = fileURLToPath(new URL('../simulator/main.js', import.meta.url))
const kasmSim = [entry, 'serve', '--port', '0', '--json']
const startRounds = 5
const rateRounds = 3
const idleMs = 3_000

/** Answers every POST with a JSON text of this many bytes. */
function bareFastify(answerBytes: number): string[] {
  const program = `
    import Fastify from 'fastify'
    const answer = JSON.stringify('x'.repeat(${answerBytes - 2}))
    const app = Fastify()
    app.post('/*', (request, reply) => reply.type('application/json; charset=utf-8').send(answer))
    process.once('SIGINT', () => process.exit())
    console.log(await app.listen({ port: 0 }), '')`
  return ['--input-type=module', '-e', program]
}

const bareNode = [
  '--input-type=module',
  '-e',
  `import { createServer } from 'node:http'
   const server = createServer((request, response) => response.end('{"ok":true}'))
   process.once('SIGINT', () => process.exit())
   server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port, ''))`,
]

/** Every row of the part, in about two minutes. */
export async function benchServe(): Promise<Row[]> {
  return [...(await benchStart()), ...(await benchRates())]
}

interface Start {
  readyMs: number
  firstAnswerMs: number
  idleMb: number
}

async function benchStart(): Promise<Row[]> {
  const programs = { kasmSim, 'bare Fastify': bareFastify(11), 'bare node:http': bareNode }
  const starts: Record<keyof typeof programs, Start[]> = { kasmSim: [], 'bare Fastify': [], 'bare node:http': [] }
  // The first start of a checkout fills Node's compile cache, and the first request loads the client.
  for (const program of Object.values(programs)) await measureStart(program, 0)
  for (let round = 0; round < startRounds; round += 1) {
    for (const [name, program] of Object.entries(programs)) {
      starts[name as keyof typeof programs].push(await measureStart(program, idleMs))
    }
  }
  const row = (name: string, unit: Row['unit'], figure: keyof Start): Row => {
    const of = (program: keyof typeof programs) => median(starts[program].map((start) => start[figure]))
    return {
      name,
      unit,
      value: of('kasmSim'),
      peers: { 'bare Fastify': of('bare Fastify'), 'bare node:http': of('bare node:http') },
    }
  }
  return [
    row('process start to ready', 'ms', 'readyMs'),
    row('process start to first answer', 'ms', 'firstAnswerMs'),
    row('idle resident memory', 'MB', 'idleMb'),
  ]
}

/** Starts twice: a server that has answered is no longer one that never had to. */
async function measureStart(program: string[], idleForMs: number): Promise<Start> {
  const called = await startServer(program)
  await answerOf(getImages(called.url))
  const firstAnswerMs = performance.now() - called.startedMs
  await called.stop()
  const idle = await startServer(program)
  await delay(idleForMs)
  const idleMb = idle.residentBytes() / 1e6
  await idle.stop()
  return { readyMs: idle.readyMs, firstAnswerMs, idleMb }
}

async function benchRates(): Promise<Row[]> {
  const fake = await startServer(kasmSim)
  const rows = [
    await benchRate('heartbeats', heartbeats(fake.url)),
    await benchRate('get_images, 57 images', getImages(fake.url)),
  ]
  await fake.stop()
  return rows
}

/** The rate of a load, beside that of a peer that answers with as many bytes. */
async function benchRate(name: string, load: Load): Promise<Row> {
  const answer = await answerOf(load)
  const peer = await startServer(bareFastify(Buffer.byteLength(answer)))
  const rates: number[] = []
  const peerRates: number[] = []
  for (let round = 0; round < rateRounds; round += 1) {
    rates.push(await measureRate(load))
    peerRates.push(await measureRate({ ...load, url: peer.url }))
  }
  await peer.stop()
  return { name, value: median(rates), unit: '/s', peers: { 'bare Fastify': median(peerRates) } }
}

const json = { 'content-type': 'application/json' }
const apiKey = { api_key: 'kasmSimKey01', api_key_secret: 'kasmSimSecret0123456789abcdefghi' }

function getImages(url: string): Load {
  return { url, path: '/api/public/get_images', headers: json, bodies: [JSON.stringify(apiKey)] }
}

/** Check-ins of 25 agents that hold 24 images each. */
function heartbeats(url: string): Load {
  const docker_images = Array.from({ length: 24 }, (_, index) => ({
    name: `kasmweb/image-${index}:1.16.1`,
    digest: `sha256:${String(index).padStart(64, '0')}`,
  }))
  const bodies = Array.from({ length: 25 }, (_, index) =>
    JSON.stringify({
      server_id: `agent-${index}`,
      hostname: `agent-${index}`,
      cores: 8,
      memory_bytes: 32e9,
      disk_stats: { total: 500e9, used: 20e9, free: 480e9 },
      docker_images,
    }),
  )
  const headers = { ...json, authorization: 'Bearer kasmSimManagerToken0' }
  return { url, path: '/manager_api/api/v1/heartbeat', headers, bodies }
}

async function answerOf({ url, path, headers, bodies }: Load): Promise<string> {
  const response = await fetch(url + path, { method: 'POST', headers, body: bodies[0] ?? '' })
  if (response.status !== 200) throw new Error(`POST ${path} was answered with ${response.status}`)
  return response.text()
}
