// The GitLab pipeline, its lines run as GitLab would run them. After every step the world is looked at, for a script that does nothing
// ends well, too.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Bash, freePort } from './bash.ts'
import { checkout, haste, startKasm, timeoutMs } from './kasm.ts'
import { Outcomes, stepOf } from './outcomes.ts'
import { gitlabEnvironment, gitlabJobs } from './pipelines.ts'
import { World } from './world.ts'

test('rehearses the whole process against a fake that the job starts', { timeout: timeoutMs }, async () => {
  const { cwd, env } = checkout()
  const job = gitlabJobs().find(({ name }) => name === 'rehearse')
  const image = `127.0.0.1:${await freePort()}/desktops/office`
  const own = { ...haste, KASM_URL: `http://127.0.0.1:${await freePort()}`, IMAGE: image }
  const ci = { CI_PIPELINE_CREATED_AT: '2026-11-24T09:30:00Z', CI_PIPELINE_IID: '42' }
  const variables = gitlabEnvironment({ ...job?.variables }, { ...ci, ...own })
  const { KASM_URL: url = '', KASM_API_KEY: apiKey = '', KASM_API_KEY_SECRET: apiKeySecret = '' } = variables
  const outcomes = new Outcomes(new World({ url, apiKey, apiKeySecret, image }), '2026-11-24-42')
  const bash = new Bash({ cwd, env: { ...env, ...variables } })
  const steps: string[] = []
  for (const line of job?.lines ?? []) {
    const output = await bash.run(line)
    const step = stepOf(line)
    if (step === null) continue
    steps.push(step)
    await outcomes.after(step, output)
  }
  expect(steps).toEqual('prepare push create-test wait verify deploy verify-deploy rollback clean'.split(' '))
})

test('releases in jobs of their own, with what one leaves for the next', { timeout: timeoutMs }, async () => {
  const { cwd, env } = checkout()
  const { host, kasm, world } = await startKasm({ cwd, env })
  const project = {
    ...kasm,
    ...haste,
    CI_PIPELINE_CREATED_AT: '2026-11-24T09:30:00Z',
    CI_PIPELINE_IID: '43',
    CI_REGISTRY: host,
    CI_REGISTRY_IMAGE: `${host}/desktops`,
    CI_REGISTRY_USER: 'robot',
    CI_REGISTRY_PASSWORD: 'push-secret',
    PULL_USER: 'kasm',
    PULL_TOKEN: 'pull-only',
  }
  const outcomes = new Outcomes(world, '2026-11-24-43')
  const jobs = gitlabJobs().filter(({ name }) => name !== 'rehearse')
  expect(jobs.map(({ name }) => name)).toEqual(['build', 'test', 'deploy', 'rollback'])
  for (const { lines, variables } of jobs) {
    const resolved = gitlabEnvironment(variables, project)
    const bash = new Bash({ cwd, env: { ...env, ...resolved, EXPECTED_PASSWORD: 'push-secret' } })
    // The image of the job has these.
    for (const line of lines.filter((each) => !each.startsWith('apk add'))) {
      const output = await bash.run(line)
      await outcomes.after(stepOf(line) ?? '', output)
    }
    await bash.end()
  }
  const docker = readFileSync(env['DOCKER_LOG'] as string, 'utf8')
    .trim()
    .split('\n')
  expect(docker).toEqual([
    `docker login --username robot --password-stdin ${host}`,
    expect.stringMatching(/^docker build --pull --tag \S+:2026-11-24-43 --tag \S+:latest examples\/shell\/image$/),
    `docker push ${host}/desktops/office:2026-11-24-43`,
    `docker push ${host}/desktops/office:latest`,
  ])
})
