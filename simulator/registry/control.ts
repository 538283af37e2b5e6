// What a registry can be asked about itself, beside what registries serve: its journal, under `/__sim__/`. It is no registry traffic:
// neither limits nor faults nor the journal know of it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { controlCallerOf, refuseControl } from '../../server/control/access.ts'
import { closest } from '../../server/kernel/suggest.ts'
import { packageVersion } from '../../server/kernel/version.ts'
import { formatHar } from './har.ts'
import type { Journal, JournalEntry, JournalQuery } from './journal.ts'
import { requestClasses } from './request-class.ts'

interface ControlOptions {
  journal: Journal
  /** Whoever shows it may come from anywhere; without one, callers on this machine alone are answered. */
  token: string | null
}

interface Reply {
  status: number
  body: string
  headers?: Record<string, string>
}

const prefix = '/__sim__/'
const formats = { json: 'application/json', jsonl: 'application/x-ndjson', har: 'application/json' } as const
type Format = keyof typeof formats
const actions = ['version-check', 'pull-by-tag', 'pull-by-digest', 'token', 'blob', 'ping', 'push', 'other']
const parameters = ['agent', 'source', 'class', 'action', 'status', 'repository', 'from', 'to', 'limit', 'format']

/** A request that makes no sense. */
class Misuse extends Error {}

/**
 * Answers what is asked under `/__sim__/`; false of every other request, which is the registry's.
 *
 * @example
 * if (!answerControl(request, response, { journal, token: null })) void front.handle(request, response)
 */
export function answerControl(request: IncomingMessage, response: ServerResponse, options: ControlOptions): boolean {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s)
  if (!path.startsWith(prefix)) return false
  const { status, body, headers = {} } = replyTo(request, { path, query }, options)
  request.resume()
  response.writeHead(status, {
    'content-type': formats.json,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(body)
  return true
}

function replyTo(
  request: IncomingMessage,
  { path, query }: { path: string; query: string },
  { journal, token }: ControlOptions,
): Reply {
  const refused = refuseControl(controlCallerOf(request), token)
  if (refused) {
    const headers: Record<string, string> = refused.status === 401 ? { 'www-authenticate': 'Bearer' } : {}
    return { ...refusal(refused.status, `Failed to answer ${path}: ${refused.message}`), headers }
  }
  if (path !== `${prefix}journal`) {
    return refusal(404, `Failed to answer ${path}: there is no such thing. Ask for ${prefix}journal.`)
  }
  try {
    if (request.method === 'GET') return readJournal(journal, new URLSearchParams(query), request)
    if (request.method === 'DELETE') {
      journal.clear()
      return { status: 204, body: '' }
    }
  } catch (error) {
    if (error instanceof Misuse) return refusal(400, `Failed to read the journal: ${error.message}`)
    throw error
  }
  const reply = refusal(405, `Failed to answer ${request.method} ${path}: it takes GET and DELETE. Use one of them.`)
  return { ...reply, headers: { allow: 'GET, DELETE' } }
}

function readJournal(journal: Journal, parameters: URLSearchParams, request: IncomingMessage): Reply {
  const entries = journal.query(readQuery(parameters))
  const format = readFormat(parameters.get('format'), request.headers.accept ?? '')
  const headers = { 'content-type': formats[format] }
  return { status: 200, headers, body: formatEntries(entries, format, { journal, host: request.headers.host }) }
}

function formatEntries(
  entries: JournalEntry[],
  format: Format,
  { journal, host = 'localhost' }: { journal: Journal; host: string | undefined },
): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ total: journal.total, entries })}\n`
    case 'jsonl':
      return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    case 'har':
      return formatHar(entries, { baseUrl: `http://${host}`, version: packageVersion() })
    default:
      return format satisfies never
  }
}

/** @throws Misuse */
function readQuery(given: URLSearchParams): JournalQuery {
  for (const name of given.keys()) {
    if (parameters.includes(name)) continue
    const near = closest(name, parameters)
    throw new Misuse(`"${name}" is no parameter. ${near ? `Did you mean "${near}"?` : `Use ${parameters.join(', ')}.`}`)
  }
  const text = (name: string) => given.get(name) ?? undefined
  const number = (name: string) => numberOf(name, text(name))
  const query = {
    agent: number('agent'),
    source: text('source'),
    class: wordOf('class', text('class'), requestClasses),
    action: wordOf('action', text('action'), actions),
    status: number('status'),
    repository: text('repository'),
    fromMs: momentOf('from', text('from')),
    untilMs: momentOf('to', text('to')),
    limit: number('limit'),
  }
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,15}$/.test(text)) throw new Misuse(`${name} is "${text}". Give a whole number.`)
  return Number(text)
}

function wordOf(name: string, text: string | undefined, words: readonly string[]): string | undefined {
  if (text === undefined || words.includes(text)) return text
  throw new Misuse(`${name} is "${text}". Give one of ${words.join(', ')}.`)
}

/** Milliseconds of the registry's clock, or a date. */
function momentOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const atMs = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isNaN(atMs))
    throw new Misuse(`${name} is "${text}". Give milliseconds or a date such as 2026-01-31T12:00:00Z.`)
  return atMs
}

function readFormat(named: string | null, accept: string): Format {
  if (named !== null) {
    if (Object.hasOwn(formats, named)) return named as Format
    throw new Misuse(`format is "${named}". Give one of ${Object.keys(formats).join(', ')}.`)
  }
  if (/ndjson|jsonl/.test(accept)) return 'jsonl'
  return /har\b/.test(accept) ? 'har' : 'json'
}

function refusal(status: number, message: string): Reply {
  return { status, body: `${JSON.stringify({ error: { message } })}\n` }
}
