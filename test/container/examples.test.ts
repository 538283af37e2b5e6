// The example script with a real Docker Engine: what docker builds and pushes is what agents pull and sessions run.
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { Bash } from '../examples/bash.ts'
import { checkout, haste, startKasm } from '../examples/kasm.ts'
import { Outcomes } from '../examples/outcomes.ts'
import { canUseDocker } from './requirements.ts'

const run = promisify(execFile)

test.skipIf(!canUseDocker())('docker builds and pushes, agents pull, sessions run it', async () => {
  const { cwd, env } = checkout()
  const { kasm, world } = await startKasm({ cwd, env })
  rmSync(join(cwd, 'bin', 'docker'))
  const context = join(cwd, 'context')
  mkdirSync(context)
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY file /file\n')
  writeFileSync(join(context, 'file'), `built at ${Date.now()}`)
  const tag = '2026-11-24'
  onTestFinished(async () => {
    await run('docker', ['image', 'rm', `${world.image}:${tag}`, `${world.image}:latest`])
  })
  const docker = { BUILD_CONTEXT: context, DOCKER_CONFIG: join(cwd, 'docker') }
  const bash = new Bash({ cwd, env: { ...env, ...kasm, ...haste, ...docker, IMAGE: world.image, TAG: tag } })
  const outcomes = new Outcomes(world, tag)
  for (const step of [
    'build',
    'push',
    'create-test',
    'wait',
    'verify',
    'deploy',
    'verify-deploy',
    'rollback',
    'clean',
  ]) {
    const output = await bash.run(`examples/shell/build-push-test-deploy.sh ${step}`)
    await outcomes.after(step, output)
  }
  const { stdout } = await run('docker', [
    'image',
    'inspect',
    '--format',
    '{{json .RepoDigests}}',
    `${world.image}:${tag}`,
  ])
  expect(stdout).toContain(await world.digest(tag))
})
