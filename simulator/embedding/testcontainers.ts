// The fake Kasm in a container, as a module of testcontainers: for tests in which what is tested runs in containers, too.
import { randomBytes } from 'node:crypto'
import type { StartedTestContainer } from 'testcontainers'
import { loadOptionalPackage } from '../../server/kernel/optional-package.ts'
import { defaultCredentials } from '../../server/model/access/credentials.ts'

const { AbstractStartedContainer, GenericContainer, Wait } = await loadOptionalPackage(
  'testcontainers',
  'start a fake Kasm in a container',
  () => import('testcontainers'),
)

const webAppPort = 8080
const registryPort = 5055

/**
 * A fake Kasm in a container of its own. `docker build --tag kasm-sim .` in a checkout makes the image.
 *
 * @example
 * await using kasm = await new KasmSimContainer().withAgents(5).start()
 * await fetch(`${kasm.getUrl()}/api/__healthcheck`)
 */
export class KasmSimContainer extends GenericContainer {
  #agents = 0
  #apiKey: string = defaultCredentials.apiKey
  #apiKeySecret: string = defaultCredentials.apiKeySecret
  #profile = 'none'
  readonly #controlToken = randomBytes(16).toString('hex')

  constructor(image = 'kasm-sim') {
    super(image)
    this.withExposedPorts(webAppPort).withWaitStrategy(Wait.forHealthCheck())
  }

  /** Agents that live in the container, and a registry that they pull from. */
  withAgents(agents: number): this {
    this.#agents = agents
    return this
  }

  /** How the registry behaves; `none` by default. */
  withRegistryProfile(profile: string): this {
    this.#profile = profile
    return this
  }

  withApiKey(apiKey: string, apiKeySecret: string): this {
    this.#apiKey = apiKey
    this.#apiKeySecret = apiKeySecret
    return this
  }

  /** Starts it and waits until its health check holds. */
  override async start(): Promise<StartedKasmSimContainer> {
    const hasFleet = this.#agents > 0
    const fleet = [
      '--agents',
      String(this.#agents),
      '--registry-profile',
      this.#profile,
      '--registry-port',
      String(registryPort),
    ]
    if (hasFleet) this.withExposedPorts(registryPort)
    this.withCommand(['serve', '--host', '0.0.0.0', '--auto-enable-agents', ...(hasFleet ? fleet : [])])
    this.withEnvironment({
      KASM_SIM_API_KEY: this.#apiKey,
      KASM_SIM_API_KEY_SECRET: this.#apiKeySecret,
      KASM_SIM_CONTROL_TOKEN: this.#controlToken,
    })
    const started = await super.start()
    const keys = { apiKey: this.#apiKey, apiKeySecret: this.#apiKeySecret, controlToken: this.#controlToken }
    return new StartedKasmSimContainer(started, keys)
  }
}

/** A fake Kasm in a container that runs; disposing of it stops it. */
export class StartedKasmSimContainer extends AbstractStartedContainer {
  readonly #keys: { apiKey: string; apiKeySecret: string; controlToken: string }

  constructor(container: StartedTestContainer, keys: { apiKey: string; apiKeySecret: string; controlToken: string }) {
    super(container)
    this.#keys = keys
  }

  getUrl(): string {
    return `http://${this.getHost()}:${this.getMappedPort(webAppPort)}`
  }

  getApiKey(): string {
    return this.#keys.apiKey
  }

  getApiKeySecret(): string {
    return this.#keys.apiKeySecret
  }

  /** What the control API wants as a bearer token. */
  getControlToken(): string {
    return this.#keys.controlToken
  }

  /** Where the agents pull from, and images can be pushed to; only there with agents. */
  getRegistryUrl(): string {
    return `http://${this.getHost()}:${this.getMappedPort(registryPort)}`
  }
}
