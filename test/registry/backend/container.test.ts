// The backend in a container where there is no engine; with one it is tested in test/container/.
import { afterEach, expect, test, vi } from 'vitest'
import { startContainerBackend } from '../../../simulator/registry/backend/container.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

test.for(['unix:///nowhere/docker.sock', 'tcp://127.0.0.1:1'])(
  'uses no other engine than the one that the environment names: %s',
  async (host) => {
    vi.stubEnv('DOCKER_HOST', host)
    await expect(startContainerBackend({ image: 'registry:3' })).rejects.toMatchObject({
      code: 'DOCKER_UNAVAILABLE',
      message: expect.stringContaining(`Failed to reach the Docker Engine at ${host}: connect `),
    })
  },
)
