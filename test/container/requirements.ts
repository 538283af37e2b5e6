// What container tests need of the machine. Where it is missing they say so and are skipped, unless KASM_SIM_REQUIRE_DOCKER=1 says
// that it must be there.
import { spawnSync } from 'node:child_process'

/** Whether a Docker Engine answers. */
export function canUseDocker(): boolean {
  return isUsable('a Docker Engine', ['docker', 'info'])
}

/** Whether skopeo is installed. */
export function canUseSkopeo(): boolean {
  return isUsable('skopeo', ['skopeo', '--version'])
}

/** Whether podman is installed; nobody must have it. */
export function canUsePodman(): boolean {
  return isUsable('podman', ['podman', 'info'], { required: false })
}

/** Whether buildah is installed; nobody must have it. */
export function canUseBuildah(): boolean {
  return isUsable('buildah', ['buildah', 'info'], { required: false })
}

function isUsable(what: string, [command = '', ...parameters]: string[], { required = true } = {}): boolean {
  const { status, error, stderr } = spawnSync(command, parameters, { encoding: 'utf8', timeout: 20_000 })
  if (status === 0) return true
  const cause = error?.message ?? stderr.trim().split('\n').at(-1) ?? `exit code ${status}`
  if (required && process.env['KASM_SIM_REQUIRE_DOCKER'] === '1') {
    throw new Error(
      `Failed to find ${what}: ${cause}. Install it, or unset KASM_SIM_REQUIRE_DOCKER to skip these tests.`,
    )
  }
  process.stdout.write(`Skipped: these tests need ${what} (${cause}).\n`)
  return false
}

/** The command of Docker Compose with its first words: version 2 is a plugin, version 1 a program; null where there is neither. */
export function composeCommand(): string[] | null {
  const plugin = spawnSync('docker', ['compose', 'version'], { timeout: 20_000 })
  if (plugin.status === 0) return ['docker', 'compose']
  return isUsable('Docker Compose', ['docker-compose', 'version']) ? ['docker-compose'] : null
}
