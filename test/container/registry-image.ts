// The image that the container backend is tested with: distribution as the machine has it installed, made into an image without any
// download. KASM_SIM_REGISTRY_IMAGE names another, such as registry:3 where it can be pulled.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const binary = '/usr/bin/docker-registry'

/** Distribution 2.8 as Debian packages it; null where there is neither the binary nor an image named by the environment. */
export function registryImage(): { name: string; remove: () => void } | null {
  // The container that removes what testcontainers leaves has an image of its own, which cannot be pulled everywhere.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
  const named = process.env['KASM_SIM_REGISTRY_IMAGE']
  if (named !== undefined) return { name: named, remove: () => undefined }
  if (!existsSync(binary)) {
    const needed = `${binary} or KASM_SIM_REGISTRY_IMAGE`
    if (process.env['KASM_SIM_REQUIRE_DOCKER'] === '1') throw new Error(`Failed to find ${needed}. Install or set it.`)
    process.stdout.write(`Skipped: these tests need ${needed}.\n`)
    return null
  }
  const name = `kasm-sim-test/registry:${process.pid}`
  const folder = mkdtempSync(join(tmpdir(), 'kasm-sim-registry-image-'))
  try {
    for (const file of [binary, ...librariesOf(binary)]) copyInto(folder, file)
    mkdirSync(join(folder, 'etc'))
    mkdirSync(join(folder, 'var/lib/registry'), { recursive: true })
    writeFileSync(join(folder, 'etc/registry.yml'), configuration)
    execFileSync('sh', ['-c', `tar -C "$1" -c . | docker import ${changes} - "$2"`, 'sh', folder, name], {
      stdio: 'pipe',
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
  return { name, remove: () => spawnSync('docker', ['rmi', '--force', name]) }
}

const configuration = `version: 0.1
storage:
  filesystem:
    rootdirectory: /var/lib/registry
http:
  addr: :5000
`
const changes = `--change 'ENTRYPOINT ["${binary}"]' --change 'CMD ["serve", "/etc/registry.yml"]'`

function librariesOf(file: string): string[] {
  const lines = execFileSync('sh', ['-c', 'ldd "$1"', 'sh', file], { encoding: 'utf8' }).split('\n')
  return lines.flatMap((line) => /(\/\S+) \(0x/.exec(line)?.slice(1) ?? [])
}

function copyInto(folder: string, file: string): void {
  mkdirSync(join(folder, dirname(file)), { recursive: true })
  copyFileSync(file, join(folder, file))
}
