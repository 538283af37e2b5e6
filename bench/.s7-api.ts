// The API under the loads that it is made for: long lists, the check-ins of 10,000 agents, a million calls, a reset. What a list takes is
// mostly the way of its bytes through the kernel, so its peers send as many bytes and do nothing else.

import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type Load, measureRate } from './load.ts'
import { median, type Row } from './rows.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const entry = fileURLToPath(new URL('../simulator/main.js', import.meta.url))
const kasmSim = [entry, 'serve', '--port', '0', '--json', '--auto-enable-agents']
const json = { 'content-type': 'application/json' }
const key = { api_key: 'kasmSimKey01', api_key_secret: 'kasmSimSecret0123456789abcdefghi' }
const rounds = 3
const imageCount = 1_000
const agentCount = 10_000
const agentsPerSecond = agentCount / 30
const callCount = 1_000_000

/** Every row of the part, in about seven minutes. */
export async function benchApi(): Promise<Row[]> {
  const fake = await startServer(kasmSim)
  try {
    return [...(await benchLists(fake)), await benchReset(fake), await benchCheckIns(fake), await benchMemory(fake)]
  } finally {
    await fake.stop()
  }
}

async function benchLists(fake: ServerProcess): Promise<Row[]> {
  const catalogue = (await post(fake, '/api/public/get_images')).images as unknown[]
  for (let index = catalogue.length; index < imageCount; index += 1) {
    const target_image = { name: `acme/desktop-${index}:1.0`, friendly_name: `Desktop ${index}` }
    await post(fake, '/api/public/create_image', { target_image })
  }
  const bytes = Buffer.from(JSON.stringify(await post(fake, '/api/public/get_images')))
  const load = { url: fake.url, path: '/api/public/get_images', headers: json, bodies: [JSON.stringify(key)] }
  return [
    await benchList('get_images, 1,000 images', load, bytes.byteLength),
    await benchList(
      'get_images, 1,000 images, gzip',
      { ...load, headers: { ...json, 'accept-encoding': 'gzip' } },
      gzipSync(bytes, { level: 1 }).byteLength,
    ),
  ]
}

async function benchList(name: string, load: Load, sizeBytes: number): Promise<Row> {
  const peers = {
    'bare Fastify': await startServer(bareFastify(sizeBytes)),
    'bare node:http': await startServer(bareNode(sizeBytes)),
  }
  const rates: number[] = []
  const peerRates: Record<string, number[]> = { 'bare Fastify': [], 'bare node:http': [] }
  for (let round = 0; round < rounds; round += 1) {
    rates.push(await measureRate(load))
    for (const [peer, { url }] of Object.entries(peers)) peerRates[peer]?.push(await measureRate({ ...load, url }))
  }
  await Promise.all(Object.values(peers).map((peer) => peer.stop()))
  const figures = Object.entries(peerRates).map(([peer, measured]) => [peer, median(measured)])
  return { name, value: median(rates), unit: '/s', peers: Object.fromEntries(figures) }
}

/** Of a fake that has 1,000 images more than its seed; they are put back before each round. */
async function benchReset(fake: ServerProcess): Promise<Row> {
  const snapshot = `${fake.url}/__sim__/snapshots`
  const times: number[] = []
  await send(snapshot, { name: 'full' })
  for (let round = 0; round < 20; round += 1) {
    await send(`${snapshot}/full/restore`)
    const startMs = performance.now()
    await send(`${fake.url}/__sim__/reset`)
    times.push(performance.now() - startMs)
  }
  return { name: 'reset, 1,000 images', value: median(times), unit: 'ms', peers: {} }
}

/** Processor time of the whole process while every agent checks in each 30 s. */
async function benchCheckIns(fake: ServerProcess): Promise<Row> {
  const bodies = Array.from({ length: agentCount }, (_, index) => checkIn(index))
  const headers = { ...json, authorization: 'Bearer kasmSimManagerToken0' }
  const load = { url: fake.url, path: '/manager_api/api/v1/heartbeat', headers, bodies }
  await measureRate({ ...load, measuredMs: 8_000 })
  const [beforeMs, startMs] = [fake.processorMs(), performance.now()]
  await measureRate({ ...load, perSecond: agentsPerSecond, measuredMs: 15_000 })
  const share = (fake.processorMs() - beforeMs) / (performance.now() - startMs)
  return { name: '10,000 agents, one check-in per 30 s', value: 100 * share, unit: '% of a core', peers: {} }
}

/** What the process holds after a million calls, beside what it held after a tenth of them. */
async function benchMemory(fake: ServerProcess): Promise<Row> {
  const calls = { url: fake.url, path: '/api/public/get_zones', headers: json, bodies: [JSON.stringify(key)] }
  let sent = 0
  let earlyMb = Number.NaN
  while (sent < callCount) {
    const measuredMs = 5_000
    sent += (await measureRate({ ...calls, measuredMs })) * (measuredMs / 1_000)
    if (Number.isNaN(earlyMb) && sent >= callCount / 10) earlyMb = fake.residentBytes() / 1e6
  }
  return {
    name: 'memory after 1,000,000 calls',
    value: fake.residentBytes() / 1e6,
    unit: 'MB',
    peers: { 'after 100,000': earlyMb },
  }
}

async function send(url: string, body?: object): Promise<void> {
  const payload = body === undefined ? {} : { headers: json, body: JSON.stringify(body) }
  const response = await fetch(url, { method: 'POST', ...payload })
  await response.text()
  if (!response.ok) throw new Error(`POST ${url} was answered with ${response.status}`)
}

function checkIn(index: number): string {
  const docker_images = Array.from({ length: 24 }, (_, number) => ({
    name: `kasmweb/image-${number}:1.16.1`,
    digest: `sha256:${String(number).padStart(64, '0')}`,
  }))
  const disk_stats = { total: 500e9, used: 20e9, free: 480e9 }
  const name = `agent-${index}`
  return JSON.stringify({ server_id: name, hostname: name, cores: 8, memory_bytes: 32e9, disk_stats, docker_images })
}

function bareFastify(sizeBytes: number): string[] {
  return program(`import Fastify from 'fastify'
    const answer = Buffer.alloc(${sizeBytes}, 'x')
    const app = Fastify()
    app.post('/*', (request, reply) => reply.type('application/json').send(answer))
    process.once('SIGINT', () => process.exit())
    console.log(await app.listen({ port: 0 }), '')`)
}

function bareNode(sizeBytes: number): string[] {
  return program(`import { createServer } from 'node:http'
    const answer = Buffer.alloc(${sizeBytes}, 'x')
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.setHeader('content-length', answer.length).end(answer))
    })
    process.once('SIGINT', () => process.exit())
    server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port, ''))`)
}

function program(text: string): string[] {
  return ['--input-type=module', '-e', text]
}

// biome-ignore lint/suspicious/noExplicitAny: answers differ by path.
async function post({ url }: ServerProcess, path: string, fields: object = {}): Promise<any> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ ...key, ...fields }),
  })
  if (response.status !== 200) throw new Error(`POST ${path} was answered with ${response.status}`)
  return response.json()
}
