// What can be controlled of a registry, and asked about it, beside what registries serve (docs/control.md): by the plugin that controls
// the web app. It is no registry traffic: neither limits nor faults nor the journal know of it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ControlPlace } from '../../server/api/control/operation.ts'
import type { ControlReply, ControlRequest, ControlSurface } from '../../server/control/surface.ts'
import { faultHandlers, faultPlaces } from '../../server/control/surface.ts'
import type { ControlApp } from '../../server/control-app.ts'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { closest } from '../../server/kernel/suggest.ts'
import { packageVersion } from '../../server/kernel/version.ts'
import type { RegistryFaultControl } from './faults/registry-fault.ts'
import { formatHar } from './har.ts'
import type { Journal, JournalEntry, JournalQuery } from './journal.ts'
import { requestClasses } from './request-class.ts'

interface RegistryControlOptions {
  journal: Journal
  /** Null where nothing can go wrong on purpose. */
  faults: RegistryFaultControl | null
  /** Has the registry go back to its start. */
  reset: () => void
}

const places = {
  reset: { method: 'POST', path: '/reset', takes: false },
  read_journal: { method: 'GET', path: '/journal', takes: false },
  clear_journal: { method: 'DELETE', path: '/journal', takes: false },
} as const satisfies Record<string, ControlPlace>

const prefix = '/__sim__/'
const formats = { json: 'application/json', jsonl: 'application/x-ndjson', har: 'application/json' } as const
type Format = keyof typeof formats
const actions = ['version-check', 'pull-by-tag', 'pull-by-digest', 'token', 'blob', 'ping', 'push', 'other'] as const
const parameters = ['agent', 'source', 'class', 'action', 'status', 'repository', 'from', 'to', 'limit', 'format']

/** Everything that can be controlled of one registry. */
export function registrySurface({ journal, faults, reset }: RegistryControlOptions): ControlSurface {
  return {
    title: 'kasm-sim registry control',
    description:
      'Control of a registry: its faults, its journal, and back to its start. Errors are answered with a status and an `error` whose message says what to do.',
    places: { ...places, ...(faults === null ? {} : faultPlaces) },
    handlers: {
      reset: () => {
        reset()
        return {}
      },
      read_journal: (request) => readJournal(journal, request),
      clear_journal: () => {
        journal.clear()
        return {}
      },
      ...(faults === null ? {} : faultHandlers(faults)),
    },
    load: async () => {
      const { registryOperations, registrySchemas, ControlErrorSchema } = await import('./control-operations.ts')
      return {
        operations: registryOperations(faults !== null),
        schemas: registrySchemas,
        errorSchema: ControlErrorSchema,
      }
    },
  }
}

/**
 * The control of one registry over HTTP. What it needs is loaded with the first call: most registries of runs are never asked.
 *
 * @example
 * const control = new RegistryControl(registrySurface({ journal, faults, reset }), null)
 * if (!control.answers(request, response)) void front.handle(request, response)
 */
export class RegistryControl {
  readonly #surface: ControlSurface
  readonly #token: string | null
  #app: Promise<ControlApp> | undefined

  constructor(surface: ControlSurface, token: string | null) {
    this.#surface = surface
    this.#token = token
  }

  /** Answers what is asked under `/__sim__/`; false of every other request, which is the registry's. */
  answers(request: IncomingMessage, response: ServerResponse): boolean {
    if (!request.url?.startsWith(prefix)) return false
    this.#app ??= this.#open()
    this.#app.then(
      (app) => app.handle(request, response),
      (error: unknown) => response.destroy(error as Error),
    )
    return true
  }

  async close(): Promise<void> {
    await (await this.#app)?.close()
  }

  async #open(): Promise<ControlApp> {
    const { buildControlApp } = await import('../../server/control-app.ts')
    return buildControlApp(this.#surface, { token: this.#token })
  }
}

function readJournal(journal: Journal, { query, headers }: ControlRequest): ControlReply {
  const entries = journal.query(readQuery(query))
  const format = readFormat(query['format'], headers.accept ?? '')
  const content = formatEntries(entries, format, { journal, host: headers.host })
  return { text: { contentType: formats[format], content } }
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

/** @throws KasmSimError CONTROL_INVALID */
function readQuery(given: Record<string, string>): JournalQuery {
  for (const name of Object.keys(given)) {
    if (parameters.includes(name)) continue
    const near = closest(name, parameters)
    throw misuse(`"${name}" is no parameter. ${near ? `Did you mean "${near}"?` : `Use ${parameters.join(', ')}.`}`)
  }
  const query = {
    agent: numberOf('agent', given['agent']),
    source: given['source'],
    class: wordOf('class', given['class'], requestClasses),
    action: wordOf('action', given['action'], actions),
    status: numberOf('status', given['status']),
    repository: given['repository'],
    fromMs: momentOf('from', given['from']),
    untilMs: momentOf('to', given['to']),
    limit: numberOf('limit', given['limit']),
  }
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,15}$/.test(text)) throw misuse(`${name} is "${text}". Give a whole number.`)
  return Number(text)
}

function wordOf(name: string, text: string | undefined, words: readonly string[]): string | undefined {
  if (text === undefined || words.includes(text)) return text
  throw misuse(`${name} is "${text}". Give one of ${words.join(', ')}.`)
}

/** Milliseconds of the registry's clock, or a date. */
function momentOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const atMs = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isNaN(atMs))
    throw misuse(`${name} is "${text}". Give milliseconds or a date such as 2026-01-31T12:00:00Z.`)
  return atMs
}

function readFormat(named: string | undefined, accept: string): Format {
  if (named !== undefined) {
    if (Object.hasOwn(formats, named)) return named as Format
    throw misuse(`format is "${named}". Give one of ${Object.keys(formats).join(', ')}.`)
  }
  if (/ndjson|jsonl/.test(accept)) return 'jsonl'
  return /har\b/.test(accept) ? 'har' : 'json'
}

function misuse(problem: string): KasmSimError {
  return new KasmSimError('CONTROL_INVALID', `Failed to read the journal: ${problem}`)
}
