// `kasm-sim doctor`: what of this machine a run can use, and what to do about the rest.
import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:net'
import { totalmem } from 'node:os'
import { delimiter, join } from 'node:path'
import { exitCodes } from '../../server/kernel/errors.ts'
import { formatBytes } from '../../server/kernel/units.ts'
import { dockerHostsOf } from '../pull/docker-hosts.ts'
import { backendDefaults } from '../scenario/defaults.ts'

interface DoctorFlags {
  agents: number
  registryImage?: string
  json?: true
}

/** What was found: `missing` is required and ends with exit code 1, `absent` is for what not every run needs. */
interface Finding {
  what: string
  state: 'ok' | 'absent' | 'missing'
  /** What was found, in a few words. */
  found: string
  /** What to do; empty where there is nothing to be done. */
  advice: string
}

/** An agent that pulls has up to eight connections, whose other ends are in the same process. */
const filesPerAgent = 16
/** The program itself, its files and its servers. */
const filesOfProgram = 100
const memoryBytesMin = 500_000_000
const nodeVersionMin = [22, 22] as const
const timeoutMs = 10_000

/** Looks, tells, and returns the exit code: 0 where whatever every run needs is there. */
export async function doctor(flags: DoctorFlags): Promise<number> {
  const findings = [
    node(process.versions.node),
    openFiles(flags.agents),
    memory(),
    await listening('this machine’s address', '127.0.0.1', 0),
    await listening('addresses of its own for agents', '127.0.0.2', 0),
    await listening('port of the web app', '127.0.0.1', 8080),
    await listening('port of the registry', '127.0.0.1', 5055),
    ...(await docker(flags.registryImage ?? backendDefaults.image)),
    chromium(process.env['PATH'] ?? ''),
  ]
  const works = findings.every(({ state }) => state !== 'missing')
  process.stdout.write(flags.json ? `${JSON.stringify({ works, findings }, null, 2)}\n` : describe(findings, works))
  return works ? exitCodes.passed : exitCodes.usage
}

function describe(findings: Finding[], works: boolean): string {
  const width = Math.max(...findings.map(({ what }) => what.length))
  const lines = findings.map(({ what, state, found, advice }) => {
    return `${state.padEnd(7)}  ${what.padEnd(width)}  ${found}${advice && `. ${advice}`}`
  })
  const end = works ? 'Everything that a run needs is there.' : 'What is missing must be there before anything runs.'
  return `${lines.join('\n')}\n\n${end}\n`
}

/** @example node('22.9.0').state // 'missing' */
export function node(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [least, leastMinor] = nodeVersionMin
  const isNew = major > least || (major === least && minor >= leastMinor)
  const advice = isNew ? '' : `Install Node.js ${least}.${leastMinor} or newer; 24 is what it is tested with.`
  return { what: 'Node.js', state: isNew ? 'ok' : 'missing', found: version, advice }
}

function openFiles(agents: number): Finding {
  const what = 'open files'
  // The types of Node do not know the report's form.
  const report = process.report?.getReport() as { userLimits?: { open_files?: { soft: number | string } } } | undefined
  const limit = report?.userLimits?.open_files?.soft
  if (typeof limit !== 'number') return { what, state: 'ok', found: limit ?? 'no limit known', advice: '' }
  const most = Math.max(0, Math.floor((limit - filesOfProgram) / filesPerAgent))
  const found = `${limit}, enough for ${most} agents that pull at once in real time`
  if (most >= agents) return { what, state: 'ok', found, advice: '' }
  const advice = `For ${agents}, raise it with "ulimit -n ${agents * filesPerAgent + filesOfProgram}", or use --time virtual.`
  return { what, state: 'absent', found, advice }
}

function memory(): Finding {
  const available = process.availableMemory()
  const enough = available >= memoryBytesMin
  const advice = enough ? '' : 'Close something, or run a smaller fleet.'
  const found = `${formatBytes(available)} of ${formatBytes(totalmem())} available`
  return { what: 'memory', state: enough ? 'ok' : 'absent', found, advice }
}

function listening(what: string, host: string, port: number): Promise<Finding> {
  const place = port === 0 ? host : `${host}:${port}`
  const advices: Record<string, string> = {
    '127.0.0.1': 'Nothing runs without it: bring the loopback interface up.',
    '127.0.0.2': 'Only Linux has all of 127.0.0.0/8; elsewhere add it to the loopback interface if you need it.',
    '127.0.0.1:8080': 'Choose another with --port; a run takes free ports by itself.',
    '127.0.0.1:5055': 'Choose another with --port; a run takes free ports by itself.',
  }
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
      const found = `${place} ${code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${code})`}`
      resolve({ what, state: place === '127.0.0.1' ? 'missing' : 'absent', found, advice: advices[place] ?? '' })
    })
    server.listen({ host, port }, () => {
      server.close(() => resolve({ what, state: 'ok', found: `${place} is free`, advice: '' }))
    })
  })
}

async function docker(registryImage: string): Promise<Finding[]> {
  // Loaded only here: it brings an HTTP client along.
  const { DockerEngineApi } = await import('../pull/docker-engine-api.ts')
  const findings: Finding[] = []
  for (const host of dockerHostsOf(process.env)) {
    const what = 'Docker Engine'
    try {
      const api = new DockerEngineApi(host)
      try {
        const { version, apiVersion, storageDriver } = await api.describe(AbortSignal.timeout(timeoutMs))
        const found = `${version} at ${host}, API ${apiVersion}, storage driver ${storageDriver}`
        findings.push({ what, state: 'ok', found, advice: '' })
        findings.push(await imageOf(api, registryImage))
      } finally {
        await api.close()
      }
    } catch (error) {
      const advice =
        'Start Docker, or set DOCKER_HOST. Needed for "pull: docker-engine" and for the backend "container" alone.'
      findings.push({ what, state: 'absent', found: `none answers at ${host} (${(error as Error).message})`, advice })
    }
  }
  return findings
}

async function imageOf(api: import('../pull/docker-engine-api.ts').DockerEngineApi, image: string): Promise<Finding> {
  const what = 'registry image'
  if ((await api.inspect(image)) !== null) return { what, state: 'ok', found: `${image} is there`, advice: '' }
  if (await api.isPullable(image, AbortSignal.timeout(timeoutMs)).catch(() => false)) {
    return { what, state: 'ok', found: `${image} can be pulled`, advice: '' }
  }
  const advice = 'The backend "container" needs it: load it into the engine, or name another with --registry-image.'
  return { what, state: 'absent', found: `${image} is not there and cannot be pulled`, advice }
}

function chromium(path: string): Finding {
  const what = 'Chromium'
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const files = path.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  const file = files.find(isExecutable)
  if (file !== undefined) return { what, state: 'ok', found: file, advice: '' }
  return { what, state: 'absent', found: 'not found', advice: 'Only the browser tests of the project itself need it.' }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
