// Configuration files of the real agent's form: what is taken from them, and where each thing that is wrong with them is said to be.
import { expect, test } from 'vitest'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { defaultAgentConfig, parseAgentConfig } from '../../simulator/agent/config.ts'

const file = 'agent.app.config.yaml'

/** The shape of a whole file of a recent release, with values of this project's own. */
const realFile = `agent:
  auto_generate_kasm_docker_networks: false
  default_host_key: '1234'
  disk_usage_limit: 0.75
  docker_async_script_timeout: 900
  docker_port_listen_addr: localhost
  docker_script_timeout: 180
  forward_logs_to_manager: true
  heartbeat_interval: 15000 # milliseconds
  images_interval: 1800
  log_container_stats: false
  log_heartbeat_data: false
  max_concurrent_docker_pulls: 5
  nginx_container_dir: /etc/nginx/containers.d
  persist_config_interval: 100000
  persist_config_updates: true
  port: 4444
  provider: hardware
  public_hostname: agent-1.example.com
  public_port: 443
  remove_failed_containers: true
  retention_period: 24
  server_id: 00000000-0000-4000-8000-000000000001
  starting_nginx_port: 5971
  type: host
  validate_images: No
logging: {version: 1}
manager:
  hostnames: [proxy]
  token: not-for-anybody
`

test('takes from a whole file of the product what governs pulls', () => {
  expect(parseAgentConfig(realFile, file)).toEqual({
    maxConcurrentPulls: 5,
    checkInIntervalMs: 15_000,
    refreshIntervalMs: 1_800_000,
    diskUsageLimit: 0.75,
    validateImages: false,
    restartLookDelayMs: 30_000,
  })
})

test('fills in the defaults of the product for keys that an old file lacks', () => {
  const product = {
    maxConcurrentPulls: 2,
    checkInIntervalMs: 30_000,
    refreshIntervalMs: 3_600_000,
    diskUsageLimit: 0.9,
    validateImages: true,
    restartLookDelayMs: 30_000,
  }
  expect(defaultAgentConfig).toEqual(product)
  expect(parseAgentConfig('agent: {}', file)).toEqual(product)
  expect(parseAgentConfig('agent:\n  images_interval: 60\n', file)).toEqual({ ...product, refreshIntervalMs: 60_000 })
})

test('passes over keys and sections of a release that it does not know', () => {
  const text =
    'agent:\n  pull_through_cache: {url: none}\n  max_concurrent_docker_pulls: &cap 3\n  other: *cap\nnew: [1]\n'
  expect(parseAgentConfig(text, file).maxConcurrentPulls).toBe(3)
})

const wrongFiles: [text: string, position: [line: number, column: number], message: RegExp][] = [
  ['', [1, 1], /the file is empty\. .*TypeError: 'NoneType' object is not subscriptable.*agent: \{\}/],
  ['# agent:\n#   port: 4444\n', [1, 1], /the file is empty/],
  ['agent:\n', [1, 1], /the section "agent" is empty.*NoneType/],
  ['agent:\n  port: [4444\n', [3, 1], /it is not valid YAML/],
  ['agent:\n\tport: 4444\n', [2, 1], /it is not valid YAML \(Tabs/],
  ['agent:\n  port: 1\n  port: 2\n', [3, 3], /it is not valid YAML \(Map keys must be unique/],
  ['- agent\n', [1, 1], /it is no mapping.*Begin with a line "agent:"/],
  ['agent: 4444\n', [1, 8], /"agent" is no mapping/],
  ['manager:\n  token: x\n', [1, 1], /it has no section "agent"\. Put the settings below/],
  ['# x\nagents:\n  port: 4444\n', [2, 1], /Did you mean "agent" where it says "agents"\?/],
  ['agent: {}\nimages_interval: 60\n', [2, 1], /"images_interval" stands at the top level\. Indent it/],
  ['agent:\n  max_concurrent_docker_pulls: 0\n', [2, 32], /is 0\. Write a whole number of pulls, 1 or more/],
  ['agent:\n  max_concurrent_docker_pulls: -1\n', [2, 32], /is -1\./],
  ['agent:\n  max_concurrent_docker_pulls: 2.5\n', [2, 32], /is 2\.5\./],
  ['agent:\n  max_concurrent_docker_pulls: "2"\n', [2, 32], /is "2"\./],
  ['agent:\n  max_concurrent_docker_pulls:\n  port: 1\n', [2, 31], /is empty\./],
  ['agent:\n  heartbeat_interval: 30s\n', [2, 23], /is "30s"\. Write a whole number of milliseconds without a unit/],
  ['agent:\n  heartbeat_interval: 0\n', [2, 23], /is 0\./],
  ['agent:\n  images_interval: 1h\n', [2, 20], /is "1h"\. Write a whole number of seconds without a unit/],
  ['agent:\n  images_interval: [60]\n', [2, 20], /is a list or a mapping\./],
  ['agent:\n  disk_usage_limit: 90\n', [2, 21], /is 90\. Write a share of the disk, above 0 and at most 1/],
  ['agent:\n  disk_usage_limit: 0\n', [2, 21], /is 0\./],
  ['agent:\n  disk_usage_limit: .nan\n', [2, 21], /is NaN\./],
  ['agent:\n  validate_images: 1\n', [2, 20], /is 1\. Write true or false/],
  ['agent:\n  heartbeat_intervall: 1\n', [2, 3], /Did you mean "heartbeat_interval"\?/],
  ['agent:\n  maxConcurrentDockerPulls: 1\n', [2, 3], /Did you mean "max_concurrent_docker_pulls"\?/],
]

test.for(wrongFiles)('says what is wrong with %j and where', ([text, [line, column], message]) => {
  const error = catchError(() => parseAgentConfig(text, file))
  expect(error.code).toBe('AGENT_CONFIG_INVALID')
  expect(error.message).toMatch(/^Failed to read the agent configuration: /)
  expect(error.message).toMatch(message)
  expect(error.position).toEqual({ file, line, column })
})

function catchError(act: () => unknown): KasmSimError {
  try {
    act()
  } catch (error) {
    if (error instanceof KasmSimError) return error
    throw error
  }
  throw new Error('nothing was wrong')
}
