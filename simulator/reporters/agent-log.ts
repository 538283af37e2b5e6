// An agent's own log, in the lines that a real Kasm agent writes (docs/kasm.md 3.1, 3.3), from events alone.
// docs/agent.md says which lines are the product's and which are this project's own.
import type { EventSink, RunEvent } from '../events/events.ts'
import type { Scenario } from '../scenario/scenario.ts'

type Level = 'DEBUG' | 'INFO' | 'ERROR'
type Line = [level: Level, logger: string, message: string]
type EventOf<Kind extends RunEvent['kind']> = Extract<RunEvent, { kind: Kind }>

const handler = '__main__.handler'
const provision = 'provision'
const managerUrl = 'https://proxy:443/manager_api/api/v1'
const dockerUrl = 'http+docker://localhost/v1.47'

/**
 * Writes the log lines of every agent of a run, without a line end. `startMs` is when the run began, in milliseconds since the
 * Unix epoch; times in the lines are UTC. No line holds a token or password of the scenario.
 *
 * @example
 * createAgentLog({ scenario, startMs: Date.parse('2026-11-24'), write: (agent, line) => files[agent].write(`${line}\n`) })
 * // 2026-11-24 00:00:07,250 [INFO] provision: Pulling docker image kasmweb/chrome:1.16.1
 */
export function createAgentLog(options: {
  scenario: Scenario
  startMs: number
  write: (agent: number, line: string) => void
}): EventSink {
  const log = new AgentLog(options.scenario)
  return (event) => {
    if (!('agent' in event) || event.agent === null) return
    const lines = log.linesOf(event)
    if (lines.length === 0) return
    const time = new Date(options.startMs + event.atMs).toISOString().replace('T', ' ').replace('.', ',').slice(0, -1)
    for (const [level, logger, message] of lines) options.write(event.agent, `${time} [${level}] ${logger}: ${message}`)
  }
}

class AgentLog {
  readonly #secrets: string[]
  /** By agent: when it last wrote that it looks for images to prune, which stands once above all that it finds. */
  readonly #prunedAtMs = new Map<number, number>()
  /** The running pulls that began with a login, as `agent/pull`. */
  readonly #withLogin = new Set<string>()

  constructor(scenario: Scenario) {
    this.#secrets = secretsOf(scenario)
  }

  linesOf(event: RunEvent): Line[] {
    switch (event.kind) {
      case 'agent-started':
        return startLines
      case 'check-in-answered':
        return heartbeatLines
      case 'check-in-failed':
        return [...heartbeatLines, ['ERROR', handler, `Failed to send heartbeat : ${this.#clean(event.cause)}`]]
      case 'pull-started':
        if (event.authenticated) this.#withLogin.add(`${event.agent}/${event.pull}`)
        return [sizeLine(event), ['INFO', provision, `Pulling docker image ${event.image}`]]
      case 'pull-refused':
        return [sizeLine(event), ['ERROR', provision, refusal(event)]]
      case 'pull-dropped':
        this.#withLogin.delete(`${event.agent}/${event.pull}`)
        return []
      case 'pull-succeeded':
        this.#withLogin.delete(`${event.agent}/${event.pull}`)
        return [['INFO', provision, `Successfully pulled image (${event.image}) with hash (${event.digest})`]]
      case 'pull-failed': {
        const withLogin = this.#withLogin.delete(`${event.agent}/${event.pull}`)
        return [['ERROR', provision, failure({ ...event, cause: this.#clean(event.cause) }, withLogin)]]
      }
      case 'image-pruned':
        return this.#pruneLines(event)
      default:
        return []
    }
  }

  #pruneLines({ agent, atMs, image, digest, mode }: EventOf<'image-pruned'>): Line[] {
    const begins = this.#prunedAtMs.get(agent) !== atMs
    this.#prunedAtMs.set(agent, atMs)
    const tags = image === null ? '[]' : `['${image}']`
    return [
      ...(begins ? [['DEBUG', provision, `Searching for images to prune with mode: (${mode})`] satisfies Line] : []),
      ['DEBUG', provision, `Docker image id (${digest}): with tags (${tags}): is not needed.`],
      ['INFO', provision, `Successfully pruned unneeded Docker image id (${digest})`],
    ]
  }

  /** A registry may repeat in its error what it was sent, and may send more than one line. */
  #clean(cause: string): string {
    return this.#secrets.reduce((text, secret) => text.replaceAll(secret, '***'), cause).replace(/\r?\n/g, '\\n')
  }
}

const startLines: Line[] = [
  ['DEBUG', handler, 'Provisioner initialized with 0 GPU(s)'],
  ['INFO', handler, 'Starting Server On Port 4444'],
  ['DEBUG', handler, `Sending manager request (${managerUrl}/agent_config)`],
  ['DEBUG', handler, "Received agent config ({'agent': {'retention_period': '24'}})"],
]

const heartbeatLines: Line[] = [
  ['DEBUG', handler, 'Sending Heartbeat'],
  ['DEBUG', handler, "Current list or prioritized managers (['proxy'])"],
  ['INFO', handler, `Sending heartbeat to ${managerUrl}/heartbeat`],
  ['DEBUG', handler, `Sending manager request (${managerUrl}/heartbeat)`],
]

function sizeLine(event: EventOf<'pull-started' | 'pull-refused'>): Line {
  const { image, diskUsedBytes, diskUsedAfterBytes, diskSizeBytes } = event
  const usage = (usedBytes: number) => `(${megabytes(usedBytes)} MB / ${megabytes(diskSizeBytes)} MB)`
  const share = (usedBytes: number) => ((100 * usedBytes) / diskSizeBytes).toFixed(2)
  const message =
    `Image (${image}) with uncompressed_size_mb (${megabytes(diskUsedAfterBytes - diskUsedBytes)}). ` +
    `Current disk usage ${usage(diskUsedBytes)} - ( %${share(diskUsedBytes)} Used). ` +
    `Disk usage after pull ${usage(diskUsedAfterBytes)} : (%${share(diskUsedAfterBytes)} Used)`
  return ['DEBUG', provision, message]
}

function megabytes(sizeBytes: number): number {
  return Math.round(sizeBytes / 1_000_000)
}

function refusal({ image }: EventOf<'pull-refused'>): string {
  return `Not pulling image (${image}) : disk usage after pull is above disk_usage_limit`
}

/** What the Docker SDK for Python raises: the engine answers 401 to a login, 404 where nothing is there, and else 500. */
function failure({ image, cause, code }: EventOf<'pull-failed'>, withLogin: boolean): string {
  if (withLogin && /^(Get "[^"]*\/v2\/": |login attempt to )/.test(cause)) {
    const status =
      code === 'UNAUTHORIZED'
        ? `401 Client Error for ${dockerUrl}/auth: Unauthorized`
        : `500 Server Error for ${dockerUrl}/auth: Internal Server Error`
    return `Error Getting Image: (${image}) : ${status} ("${cause}")`
  }
  const create = `${dockerUrl}/images/create?${createQuery(image)}`
  if (cause.startsWith('pull access denied for ')) {
    return `Failed to pull image (${image}) : 404 Client Error for ${create}: Not Found ("${cause}")`
  }
  // A tag that does not exist: the SDK overlooks the error in the stream and then misses the image.
  if (code === 'NOT_FOUND') {
    const absent = `404 Client Error for ${dockerUrl}/images/${image}/json: Not Found`
    return `Failed to pull image (${image}) : ${absent} ("no such image: ${image}: No such image: ${image}")`
  }
  return `Failed to pull image (${image}) : 500 Server Error for ${create}: Internal Server Error ("${cause}")`
}

/** The reference as the SDK splits it: a digest goes where the tag goes. */
function createQuery(reference: string): string {
  const at = reference.indexOf('@')
  const colon = reference.lastIndexOf(':')
  const end = at >= 0 ? at : colon > reference.lastIndexOf('/') ? colon : reference.length
  const tag = reference.slice(end + 1) || 'latest'
  return `tag=${encodeURIComponent(tag)}&fromImage=${encodeURIComponent(reference.slice(0, end))}`
}

function secretsOf({ images, timeline, registry }: Scenario): string[] {
  const secrets = [...images.map(({ token }) => token), ...registry.accounts.map(({ password }) => password)]
  for (const action of timeline) {
    if ('image' in action && typeof action.image === 'object') secrets.push(action.image.token)
    if ('set' in action) secrets.push(action.set.token ?? null)
  }
  const found = new Set(secrets.filter((secret): secret is string => secret !== null && secret !== ''))
  // The longest first, so that one that is part of another leaves no rest of it.
  return [...found].toSorted((left, right) => right.length - left.length)
}
