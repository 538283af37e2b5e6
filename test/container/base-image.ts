// An image to build upon, made of what this machine has, for machines that can pull none: Node.js, npm, a shell, and their libraries.
import { execFile } from 'node:child_process'
import { cp, glob, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** What `RUN` lines and the scripts of npm call. */
const tools = ['sh', 'env', 'mkdir', 'chown', 'rm', 'cp', 'cat']
/** What the build loads beside them; npm brings the file itself. */
const bundler = fileURLToPath(new URL('../../node_modules/@rolldown/binding-*/*.node', import.meta.url))
const certificates = '/etc/ssl/certs/ca-certificates.crt'

/** Imports the image under a name. The machine's own certificates go along, and nothing else of its settings. */
export async function importBaseImage(name: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'kasm-sim-base-'))
  try {
    await fill(root)
    const changes = ['ENV PATH=/usr/local/bin:/usr/bin:/bin']
    const authorities = process.env['NODE_EXTRA_CA_CERTS']
    if (authorities !== undefined) {
      await copy(authorities, join(root, certificates))
      changes.push(`ENV NODE_EXTRA_CA_CERTS=${certificates}`)
    }
    const options = changes.flatMap((change) => ['--change', change])
    const script = 'directory=$1; shift; tar -C "$directory" -c . | docker import "$@"'
    await run('sh', ['-c', script, 'sh', root, ...options, '-', name])
  } finally {
    await rm(root, { recursive: true })
  }
}

async function fill(root: string): Promise<void> {
  for (const tool of tools) await copyProgram(await which(tool), join(root, 'bin', tool), root)
  await copyProgram(process.execPath, join(root, 'usr/local/bin/node'), root)
  for await (const addon of glob(bundler)) await copyLibraries(addon, root)
  const npm = dirname(dirname(await realpath(process.env['npm_execpath'] ?? (await which('npm')))))
  await cp(npm, join(root, 'usr/local/lib/npm'), { recursive: true })
  await symlink('../lib/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'))
  await mkdir(join(root, 'usr/bin'), { recursive: true })
  await symlink('/bin/env', join(root, 'usr/bin/env'))
  await mkdir(join(root, 'tmp'), { mode: 0o1777 })
  await run('chmod', ['1777', join(root, 'tmp')])
  await mkdir(join(root, 'etc'), { recursive: true })
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n')
  await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n')
}

async function which(program: string): Promise<string> {
  return (await run('sh', ['-c', 'command -v -- "$1"', 'sh', program])).stdout.trim()
}

async function copyProgram(from: string, to: string, root: string): Promise<void> {
  await copy(from, to)
  await copyLibraries(from, root)
}

async function copyLibraries(from: string, root: string): Promise<void> {
  const { stdout } = await run('ldd', [await realpath(from)]).catch(() => ({ stdout: '' }))
  for (const [library] of stdout.matchAll(/\/\S+/g)) await copy(library, join(root, library))
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await cp(await realpath(from), to)
}
