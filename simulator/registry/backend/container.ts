// The backend in a container: the reference registry of the CNCF (distribution), started by testcontainers and removed with the
// front. From then on it is an upstream like any other.
import { KasmSimError } from '../../../server/kernel/errors.ts'
import { loadOptionalPackage } from '../../../server/kernel/optional-package.ts'
import { DockerEngineApi } from '../../pull/docker-engine-api.ts'
import { dockerHostsOf, isDockerHost } from '../../pull/docker-hosts.ts'
import type { Backend } from './backend.ts'
import { UpstreamBackend } from './upstream.ts'

const registryPort = 5000
const startupTimeoutMs = 60_000
/** Deletes are off by default in distribution; its debug server and its traces are of no use here. */
const environment = {
  REGISTRY_STORAGE_DELETE_ENABLED: 'true',
  REGISTRY_HTTP_ADDR: `:${registryPort}`,
  REGISTRY_LOG_LEVEL: 'warn',
  OTEL_TRACES_EXPORTER: 'none',
}

/**
 * Starts a registry in a container. Nothing of it is left when this fails, or once the backend is closed.
 *
 * @throws KasmSimError PACKAGE_MISSING | DOCKER_UNAVAILABLE | BACKEND_INVALID
 * @example
 * const backend = await startContainerBackend({ image: 'registry:3' })
 */
export async function startContainerBackend({ image }: { image: string }): Promise<Backend> {
  const container = await startContainer(image)
  const stop = async () => {
    await container.stop()
  }
  try {
    const url = `http://${container.getHost()}:${container.getMappedPort(registryPort)}`
    const upstream = await UpstreamBackend.connect({ url, allowPush: true })
    return {
      routes: upstream.routes,
      identify: (exchange) => upstream.identify(exchange),
      knows: () => upstream.knows(),
      publish: (synthetic) => upstream.publish(synthetic),
      find: (reference) => upstream.find(reference),
      close: async () => {
        await upstream.close()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The library takes another engine where the one that the environment names does not answer: nobody asked for that one. */
async function assertNamedEngine(named: string | undefined): Promise<void> {
  const [host = ''] = dockerHostsOf({ DOCKER_HOST: named })
  if (named === undefined || !isDockerHost(host)) return
  const api = new DockerEngineApi(host)
  try {
    await api.assertReachable()
  } finally {
    await api.close()
  }
}

/** Of the library, which is large, nothing is loaded before. */
async function startContainer(image: string) {
  await assertNamedEngine(process.env['DOCKER_HOST'])
  const { GenericContainer, getContainerRuntimeClient, Wait } = await loadOptionalPackage(
    'testcontainers',
    'start a registry in a container',
    () => import('testcontainers'),
  )
  await getContainerRuntimeClient().catch((cause: unknown) => {
    throw new KasmSimError(
      'DOCKER_UNAVAILABLE',
      'Failed to start a registry in a container: no Docker Engine answers. Start Docker, set DOCKER_HOST, or use another backend.',
      { cause },
    )
  })
  try {
    return await new GenericContainer(image)
      .withExposedPorts(registryPort)
      .withEnvironment(environment)
      .withWaitStrategy(Wait.forHttp('/v2/', registryPort).withStartupTimeout(startupTimeoutMs))
      .start()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim().replace(/\.$/, '') : String(cause)
    throw new KasmSimError(
      'BACKEND_INVALID',
      `Failed to start the registry image ${image} in a container: ${reason}. Check the image's name, or pull it first: docker pull ${image}.`,
      { cause },
    )
  }
}
