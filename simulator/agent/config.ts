// Reads the configuration file of a real Kasm agent (`agent.app.config.yaml`) and takes from it what governs pulls.
// The real agent accepts a wrong value and misbehaves later; here each one is an error that says where it is.
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { closest } from '../../server/kernel/suggest.ts'
import type { AgentConfig } from './agent.ts'

/** What an agent does where its file says nothing (docs/kasm.md 3.1): files of old releases lack two of the keys, and all lack the last. */
export const defaultAgentConfig: Readonly<AgentConfig> = {
  maxConcurrentPulls: 2,
  checkInIntervalMs: 30_000,
  refreshIntervalMs: 3_600_000,
  diskUsageLimit: 0.9,
  validateImages: true,
  restartLookDelayMs: 30_000,
}

interface Setting {
  wants: string
  /** The value as the agent keeps it, or null where it cannot be used. */
  read(value: unknown): Partial<AgentConfig> | null
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1

/** The keys that govern pulls. */
const settings: Record<string, Setting> = {
  heartbeat_interval: {
    wants: 'a whole number of milliseconds without a unit: 30000 is half a minute',
    read: (value) => (isCount(value) ? { checkInIntervalMs: value } : null),
  },
  images_interval: {
    wants: 'a whole number of seconds without a unit: 3600 is one hour',
    read: (value) => (isCount(value) ? { refreshIntervalMs: value * 1_000 } : null),
  },
  max_concurrent_docker_pulls: {
    wants: 'a whole number of pulls, 1 or more',
    read: (value) => (isCount(value) ? { maxConcurrentPulls: value } : null),
  },
  disk_usage_limit: {
    wants: 'a share of the disk, above 0 and at most 1: 0.9 is 90 %',
    read: (value) => (typeof value === 'number' && value > 0 && value <= 1 ? { diskUsageLimit: value } : null),
  },
  validate_images: {
    wants: 'true or false',
    read: (value) => (typeof value === 'boolean' ? { validateImages: value } : null),
  },
}

/** Other keys of real files (docs/kasm.md 3.1): known, so that none of them is taken for a misspelling. */
const otherKeys = new Set(
  [
    'auto_generate_kasm_docker_networks default_host_key docker_async_script_timeout docker_port_listen_addr',
    'docker_script_timeout forward_logs_to_manager log_container_stats log_heartbeat_data nginx_container_dir',
    'persist_config_interval persist_config_updates port provider public_hostname public_port',
    'remove_failed_containers retention_period server_id starting_nginx_port type',
  ].flatMap((line) => line.split(' ')),
)

/**
 * Reads a file of the real agent's form. Missing keys take the product's defaults. Keys that do not govern pulls are passed over,
 * since each release has its own; one that looks like a slip of the pen for a key that does is an error.
 *
 * @throws KasmSimError AGENT_CONFIG_INVALID, with the position in `file`
 * @example
 * parseAgentConfig('agent:\n  max_concurrent_docker_pulls: 5\n', 'agent.app.config.yaml').maxConcurrentPulls // 5
 */
export function parseAgentConfig(text: string, file: string): AgentConfig {
  const lineCounter = new LineCounter()
  // The real agent is written in Python, whose usual parser reads YAML 1.1: `yes` is a boolean there.
  const document = parseDocument(text, { version: '1.1', lineCounter, prettyErrors: false })
  const fail: Fail = (offset, problem) => {
    const { line, col } = lineCounter.linePos(offset)
    return new KasmSimError('AGENT_CONFIG_INVALID', `Failed to read the agent configuration: ${problem}`, {
      position: { file, line: Math.max(1, line), column: Math.max(1, col) },
    })
  }
  const [syntaxError] = document.errors
  if (syntaxError) {
    throw fail(
      syntaxError.pos[0],
      `it is not valid YAML (${syntaxError.message}). Check the indentation and the quotes.`,
    )
  }
  return readSettings(document, findAgentSection(document.contents, fail), fail)
}

type Fail = (offset: number, problem: string) => KasmSimError

interface Entry {
  key: string
  keyOffset: number
  value: Node | null
  valueOffset: number
}

function findAgentSection(root: Node | null, fail: Fail): Entry[] {
  if (isNothing(root)) throw fail(0, `the file is empty. ${emptyAdvice}`)
  if (!isMap(root)) throw fail(offsetOf(root), 'it is no mapping of keys to values. Begin with a line "agent:".')
  const entries = entriesOf(root)
  const stray = entries.find(({ key }) => Object.hasOwn(settings, key))
  if (stray) throw fail(stray.keyOffset, `"${stray.key}" stands at the top level. Indent it below "agent:".`)
  const section = entries.find(({ key }) => key === 'agent')
  if (!section) {
    const near = entries.find(({ key }) => closest(key, ['agent']) !== null)
    const hint = near ? `Did you mean "agent" where it says "${near.key}"?` : 'Put the settings below a line "agent:".'
    throw fail(near?.keyOffset ?? 0, `it has no section "agent". ${hint}`)
  }
  const node = section.value
  if (isNothing(node)) throw fail(section.keyOffset, `the section "agent" is empty. ${emptyAdvice}`)
  if (!isMap(node))
    throw fail(section.valueOffset, '"agent" is no mapping of keys to values. Indent the settings below it.')
  return entriesOf(node)
}

const emptyAdvice =
  'A real agent would stop and start again for ever with "TypeError: \'NoneType\' object is not subscriptable". ' +
  'Write at least "agent: {}" for the defaults.'

function readSettings(document: Document, entries: Entry[], fail: Fail): AgentConfig {
  const config: AgentConfig = { ...defaultAgentConfig }
  for (const { key, keyOffset, value, valueOffset } of entries) {
    const setting = Object.hasOwn(settings, key) ? settings[key] : undefined
    if (setting) {
      const plain: unknown = value?.toJS(document)
      const read = setting.read(plain)
      if (!read) throw fail(valueOffset, `${key} is ${show(plain)}. Write ${setting.wants}.`)
      Object.assign(config, read)
    } else if (!otherKeys.has(key)) {
      const meant = closest(key, Object.keys(settings))
      if (meant) throw fail(keyOffset, `"${key}" is no key of the agent. Did you mean "${meant}"?`)
    }
  }
  return config
}

function entriesOf(map: { items: { key: unknown; value: unknown }[] }): Entry[] {
  return map.items.map(({ key, value }) => ({
    key: String(isScalar(key) ? key.value : key),
    keyOffset: offsetOf(key),
    value: value as Node | null,
    valueOffset: offsetOf(value ?? key),
  }))
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}

function isNothing(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null)
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (typeof value === 'object') return 'a list or a mapping'
  return typeof value === 'string' ? `"${value}"` : String(value)
}
