// Where the examples run: a folder with them in it, and a fake Kasm that is there already.
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../cli/command.ts'
import { Bash, machine } from './bash.ts'
import type { Environment } from './pipelines.ts'
import { World } from './world.ts'

/** A whole process takes seconds, and several times as many on a machine that has other things to do. */
export const timeoutMs = 120_000
/** Nobody waits for a test: looks are closer together than in the files. */
export const haste = { POLL_SECONDS: '0.1', REHEARSAL_SPEED: '60' }

/** What `serve` prints. */
type Fake = Record<'url' | 'apiKey' | 'apiKeySecret' | 'registryUrl', string>

/** A folder with a checkout of the examples, and the environment of the machine. */
export function checkout(): { cwd: string; env: Environment } {
  const cwd = temporaryFolder()
  symlinkSync(fileURLToPath(new URL('../../examples', import.meta.url)), join(cwd, 'examples'))
  return { cwd, env: machine(cwd) }
}

/** A Kasm that is there already, with two agents and the Workspace of the users. */
export async function startKasm({ cwd, env }: { cwd: string; env: Environment }) {
  const serving = new Bash({ cwd, env })
  await serving.run('kasm-sim serve --agents 2 --port 0 --json >fake.json 2>fake.log &')
  await serving.run('until [[ -s fake.json ]]; do sleep 0.05; done')
  const fake = JSON.parse(readFileSync(join(cwd, 'fake.json'), 'utf8')) as Fake
  const host = new URL(fake.registryUrl).host
  const image = `${host}/desktops/office`
  const kasm = { KASM_URL: fake.url, KASM_API_KEY: fake.apiKey, KASM_API_KEY_SECRET: fake.apiKeySecret }
  await new Bash({ cwd, env: { ...env, ...kasm, ...haste, IMAGE: image } }).run('examples/shell/prepare-rehearsal.sh')
  return { host, kasm, world: new World({ ...fake, image }) }
}
