// Readers of flag values. What they throw is commander's own error, which names the flag and the value, or a coded one.
import { randomBytes } from 'node:crypto'
import { InvalidArgumentError } from 'commander'
import { parseReference } from '../../server/kernel/reference.ts'
import { parseSizeBytes } from '../../server/kernel/units.ts'
import type { Quirks } from '../../server/main.ts'
import type { RunTime } from '../driver/prepared-run.ts'

export interface Account {
  username: string
  password: string
}

export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= 65_535)) throw new InvalidArgumentError('It must be a whole number from 0 to 65535.')
  return port
}

export function parseAgents(text: string): number {
  const agents = /^\d{1,7}$/.test(text) ? Number(text) : 0
  if (agents < 1) throw new InvalidArgumentError('It must be a whole number above 0.')
  return agents
}

/** `errors.permission=200`; several flags add up. Whether there is such a quirk is for the web app to say. */
export function parseQuirk(text: string, before: Partial<Quirks> = {}): Partial<Quirks> {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('It must be a name and a value, like errors.permission=200.')
  }
  return { ...before, [name]: /^(true|false|\d+)$/.test(value) ? JSON.parse(value) : value }
}

const times = ['settled', 'wall', 'virtual'] as const

export function parseTime(text: string): RunTime {
  const time = times.find((each) => each === text)
  if (time !== undefined) return time
  const renamed = text === 'real' ? ' What was real is now settled (the clock waits for the work) or wall.' : ''
  throw new InvalidArgumentError(`It must be settled, wall or virtual.${renamed}`)
}

export function parseSpeed(text: string): number {
  return parsePositive(text, 60)
}

export function parseScale(text: string): number {
  return parsePositive(text, 0.001)
}

function parsePositive(text: string, example: number): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(value > 0)) throw new InvalidArgumentError(`It must be a number above 0, like ${example}.`)
  return value
}

export function parseSeed(text: string): number {
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(seed)) throw new InvalidArgumentError('It must be a whole number from 0 to 2^53 - 1.')
  return seed
}

/** fast-check takes no other seeds. */
const drawnSeedMax = 2 ** 31 - 1

/** `1..1000`, or one seed. */
export function parseSeeds(text: string): { first: number; last: number } {
  const [, from = '', to = from] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? []
  const [first, last] = [Number(from), Number(to)]
  if (from === '' || last < first || last > drawnSeedMax) {
    throw new InvalidArgumentError(`It must be a span of seeds, like 1..1000, of at most ${drawnSeedMax}.`)
  }
  return { first, last }
}

const jobsMax = 256

export function parseJobs(text: string): number {
  const jobs = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
  if (!(jobs >= 1 && jobs <= jobsMax)) throw new InvalidArgumentError(`It must be a whole number from 1 to ${jobsMax}.`)
  return jobs
}

export function collectReferences(text: string, references: string[]): string[] {
  if (parseReference(text).tag === null)
    throw new InvalidArgumentError('An image is published under a tag, like team/app:1.0.')
  return [...new Set([...references, text])]
}

/** The token of `--control-token`: as given, or a new one where the flag has none. */
export function readControlToken(given: string | true | undefined): { controlToken?: string } {
  if (given === undefined || given === '') return {}
  return { controlToken: given === true ? randomBytes(16).toString('hex') : given }
}

/** As browsers name the site of a page. */
export function collectOrigins(text: string, origins: string[]): string[] {
  if (!URL.canParse(text) || new URL(text).origin !== text) {
    throw new InvalidArgumentError('An origin has no path, like http://localhost:5173.')
  }
  return [...new Set([...origins, text])]
}

/** Hosts as they stand in addresses, with their port unless it is the usual one. */
export function parseHosts(text: string): string[] {
  const hosts = text.split(',').map((host) => host.trim().toLowerCase())
  for (const host of hosts) {
    if (URL.parse(`http://${host}/`)?.host !== host && URL.parse(`https://${host}/`)?.host !== host) {
      throw new InvalidArgumentError(`"${host}" is no host. Write them like registry.example.com,10.0.0.5:8443.`)
    }
  }
  return hosts
}

/** A password may hold colons, a user name may not. */
export function collectAccounts(text: string, accounts: Account[]): Account[] {
  const colon = text.indexOf(':')
  if (colon < 1 || colon === text.length - 1) {
    throw new InvalidArgumentError('It must be a user name, a colon and a password, like me:secret.')
  }
  return [...accounts, { username: text.slice(0, colon), password: text.slice(colon + 1) }]
}

/** The size as it was written, once it is known to be one: a scenario takes it in this form. */
export function parseSizeText(text: string): string {
  parseSizeBytes(text)
  return text
}
