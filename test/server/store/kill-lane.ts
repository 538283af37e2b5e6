// A web app that is killed again and again while clients change what it keeps, and a memory of what it has acknowledged.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { type RandomStream, randomStream } from '../../../server/kernel/random.ts'
import { allUsersGroupId } from '../../../server/model/defaults.ts'
import { apiCredentials } from '../support.ts'

const program = fileURLToPath(new URL('./kept-web-app.ts', import.meta.url))
const clientCount = 6
const recordsPerClient = 3
const acknowledgementsMax = 24
const killDelayMsMax = 5
/** One life in so many ends before the web app is ready. */
const earlyEnd = 8

/** A user or an image: what its web app said last, and what it may hold because nobody knows how the last request ended. */
interface Known {
  kind: 'user' | 'image'
  name: string
  id: string | null
  /** Null where it does not exist. */
  value: string | null
  /** What a request under way would make of it. */
  wanted: { value: string | null } | null
}

// biome-ignore lint/suspicious/noExplicitAny: replies differ by operation.
type Body = any

/** One data file and the lives of its web app. */
export class KillLane {
  readonly #file: string
  readonly #random: RandomStream
  readonly #agent = new Agent({ keepAlive: true })
  readonly #records: Known[] = []
  #url = ''
  #changes = 0
  /** How many lives ended while at least one request was under way, and how many changes were acknowledged in all. */
  readonly seen = { underWay: 0, acknowledged: 0 }

  constructor(file: string, seed: number) {
    this.#file = file
    this.#random = randomStream(seed, 'kill')
    for (let index = 0; index < clientCount * recordsPerClient; index++) {
      const kind = index % 2 === 0 ? 'user' : 'image'
      this.#records.push({ kind, name: `${kind}-${index}`, id: null, value: null, wanted: null })
    }
  }

  /** Starts the web app, checks what it has kept, changes it, and kills it in the middle of that. */
  async live(compileCache: string): Promise<void> {
    const process = spawn(globalThis.process.execPath, [program, this.#file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...globalThis.process.env, NODE_COMPILE_CACHE: compileCache },
    })
    const complaints = text(process.stderr)
    const ended = once(process, 'close')
    try {
      const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]()
      await lines.next()
      if (this.#random.integer({ low: 1, high: earlyEnd }) === 1) return
      this.#url = String((await lines.next()).value)
      if (this.#url === 'undefined') throw new Error(`the web app did not start: ${await complaints}`)
      await this.check()
      await this.#disturb(process)
    } finally {
      process.kill('SIGKILL')
      await ended
    }
    expect(await complaints).toBe('')
  }

  /** Every record is as acknowledged, or as the request left it that was cut off; what belongs together is there together. */
  async check(): Promise<void> {
    const [{ users }, { images }, granted] = await Promise.all([
      this.#post('get_users'),
      this.#post('get_images'),
      this.#post('get_images_group', { target_group: { group_id: allUsersGroupId } }),
    ])
    for (const record of this.#records) {
      const isUser = record.kind === 'user'
      const found = isUser
        ? users.find(({ username }: Body) => username === record.name)
        : images.find(({ name }: Body) => name === `team/${record.name}:1.0`)
      const value = found ? (isUser ? found.notes : found.friendly_name) : null
      const allowed = [record.value, ...(record.wanted ? [record.wanted.value] : [])]
      expect(allowed, `${record.name} after the life of ${this.#file}`).toContain(value)
      record.id = found ? (found.user_id ?? found.image_id) : null
      record.value = value
      record.wanted = null
    }
    const ids = (list: Body[]) => list.map(({ image_id }) => image_id).sort()
    expect(ids(granted.images)).toEqual(ids(images))
  }

  /** Clients change their records until the web app dies, which is at any moment after some acknowledgement. */
  async #disturb(process: ChildProcess): Promise<void> {
    let left = this.#random.integer({ low: 1, high: acknowledgementsMax })
    const onAcknowledged = () => {
      left -= 1
      this.seen.acknowledged += 1
      // Not at once: the web app has just answered and has nothing to do yet.
      if (left === 0) setTimeout(() => process.kill('SIGKILL'), this.#random.uniform() * killDelayMsMax)
    }
    const clients = Array.from({ length: clientCount }, (_, client) => this.#change(client, onAcknowledged))
    await Promise.all(clients)
    if (this.#records.some(({ wanted }) => wanted !== null)) this.seen.underWay += 1
  }

  async #change(client: number, onAcknowledged: () => void): Promise<void> {
    for (;;) {
      const index = client * recordsPerClient + this.#random.integer({ low: 0, high: recordsPerClient - 1 })
      const record = this.#records[index] as Known
      const isDeleted = record.value !== null && this.#random.integer({ low: 1, high: 3 }) === 1
      this.#changes += 1
      const wanted = { value: isDeleted ? null : `value ${this.#changes}` }
      record.wanted = wanted
      try {
        const answer = await this.#post(...callFor(record, wanted.value))
        record.id = isDeleted ? null : (answer[record.kind]?.[`${record.kind}_id`] ?? record.id)
      } catch (error) {
        if (error instanceof Error && 'code' in error) return
        throw error
      }
      record.value = wanted.value
      record.wanted = null
      onAcknowledged()
    }
  }

  #post(operation: string, fields: object = {}): Promise<Body> {
    const { promise, resolve, reject } = Promise.withResolvers<Body>()
    const headers = { 'content-type': 'application/json' }
    const call = request(`${this.#url}/api/public/${operation}`, { method: 'POST', headers, agent: this.#agent })
    call.on('error', reject)
    call.on('response', (response) => {
      const unless = (cause: string) => reject(new Error(`${operation}: ${cause}`))
      text(response).then((answer) => {
        const body = response.statusCode === 200 ? JSON.parse(answer) : { error_message: answer }
        if ('error_message' in body) unless(body.error_message)
        else resolve(body)
      }, reject)
    })
    call.end(JSON.stringify({ ...apiCredentials, ...fields }))
    return promise
  }
}

/** The call that makes a record what is wanted of it. */
function callFor({ kind, name, id, value }: Known, wanted: string | null): [operation: string, fields: object] {
  const verb = wanted === null ? 'delete' : value === null ? 'create' : 'update'
  const fields =
    kind === 'user' ? { username: name, notes: wanted } : { name: `team/${name}:1.0`, friendly_name: wanted }
  const target = verb === 'create' ? fields : { ...(verb === 'update' ? fields : {}), [`${kind}_id`]: id }
  return [`${verb}_${kind}`, { [`target_${kind}`]: target }]
}
