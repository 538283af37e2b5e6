// The Dockerfile builds, its image is what docs/compose.md says, and `docker compose up` runs the storm to its end.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importBaseImage } from './base-image.ts'
import { canUseDocker, composeCommand } from './requirements.ts'

const top = fileURLToPath(new URL('../..', import.meta.url))
const base = `kasm-sim-test/base:${process.pid}`
const image = `kasm-sim-test/whole:${process.pid}`
const compose = canUseDocker() ? composeCommand() : null

const docker = async (...parameters: string[]) => (await promisify(execFile)('docker', parameters)).stdout.trim()

/** Runs `docker compose` upon the file of the top, with free ports. */
async function withCompose(parameters: string[], variables: Record<string, string> = {}) {
  const [command = '', ...first] = compose ?? []
  const ports = { KASM_SIM_PORT: '0', KASM_SIM_REGISTRY_PORT: '0' }
  const project = { COMPOSE_PROJECT_NAME: `kasmsimtest${process.pid}`, KASM_SIM_IMAGE: image }
  const child = spawn(command, [...first, ...parameters], {
    ...{ cwd: top, env: { ...process.env, ...ports, ...project, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] },
  })
  const [output, errors, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { exitCode, output: output + errors }
}

const up = ['up', '--no-build', '--no-color', '--exit-code-from', 'fleet']

describe.skipIf(compose === null)('in containers', () => {
  beforeAll(async () => {
    await importBaseImage(base)
    // The network of the machine is for npm alone; the containers have their own.
    await docker('build', '--network', 'host', '--build-arg', `BASE_IMAGE=${base}`, '--tag', image, top)
  })
  afterAll(async () => {
    await docker('rmi', '--force', image)
    await docker('rmi', '--force', base)
  })

  test('the image runs as nobody special and holds what it needs alone', async () => {
    const script = 'console.log(process.getuid(), require("node:fs").readdirSync("/app").join(" "))'
    const found = await docker('run', '--rm', '--entrypoint', 'node', image, '-e', script)
    expect(found).toBe('1000 LICENSE dist node_modules package.json')
    const run = await docker('run', '--rm', '--network', 'none', image, 'run', 'storm', '--time', 'virtual')
    expect(run).toContain('All checks held (6)')
  })

  test('the image is healthy once the web app answers, and ends when it is told to', async () => {
    const id = await docker('run', '--detach', image)
    try {
      const health = () => docker('inspect', '--format', '{{.State.Health.Status}}', id)
      await expect.poll(health, { timeout: 60_000, interval: 250 }).toBe('healthy')
      await docker('stop', '--time', '20', id)
      expect(await docker('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0')
    } finally {
      await docker('rm', '--force', id)
    }
  })

  test('up runs the storm to its end with all of its checks', async () => {
    try {
      // Faster than people start it; where the machine is too busy for that, slower.
      const fast = await withCompose(up, { KASM_SIM_SPEED: '75' })
      const { exitCode, output } = fast.exitCode === 0 ? fast : await withCompose(up, { KASM_SIM_SPEED: '30' })
      expect(output).toContain('All checks held (6)')
      expect(exitCode).toBe(0)
    } finally {
      await withCompose(['down', '--volumes'])
    }
  })

  test('up ends with the exit code of the fleet', async () => {
    try {
      const { exitCode, output } = await withCompose(up, { KASM_SIM_SCENARIO: 'strom' })
      expect(output).toContain('[SCENARIO_NOT_FOUND]')
      expect(exitCode).toBe(1)
    } finally {
      await withCompose(['down', '--volumes'])
    }
  })
})
