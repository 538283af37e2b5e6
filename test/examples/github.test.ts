// The GitHub workflows, their steps run as GitHub would run them, and the world looked at after each.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Bash, freePort } from './bash.ts'
import { checkout, haste, startKasm, timeoutMs } from './kasm.ts'
import { Outcomes, stepOf } from './outcomes.ts'
import { type Context, type Environment, githubHolds, githubText, githubTexts, githubWorkflow } from './pipelines.ts'
import { World } from './world.ts'

interface GitHubRun {
  workflow: string
  job: string
  context: Context
  /** Takes the place of the job's own. */
  env?: Environment
  machine: { cwd: string; env: Environment }
  after(step: string, output: string): Promise<void>
}

/** Runs the steps of a job, each in a shell of its own; gives back the job's outputs. */
async function runGitHubJob({
  workflow: name,
  job: jobName,
  context,
  env,
  machine: { cwd, env: own },
  after,
}: GitHubRun) {
  const workflow = githubWorkflow(name)
  const job = workflow.jobs[jobName]
  if (!job) throw new Error(`no job ${jobName}`)
  const folder = join(cwd, `github-${jobName}`)
  mkdirSync(folder)
  const files = {
    GITHUB_ENV: join(folder, 'env'),
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
  }
  for (const file of Object.values(files)) writeFileSync(file, '')
  const assignments = (file: string) =>
    Object.fromEntries(
      [...readFileSync(file, 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]),
    ) as Environment
  const known = { ...context }
  const base = { ...own, ...githubTexts(workflow.env, context), ...githubTexts(job.env, context), ...env, ...files }
  for (const step of job.steps) {
    if (step.run === undefined || !githubHolds(step.if, known)) continue
    const bash = new Bash({ cwd, env: { ...base, ...assignments(files.GITHUB_ENV), ...githubTexts(step.env, known) } })
    const text = githubText(step.run, known)
    const output = await bash.run(text)
    await bash.end()
    for (const [key, value] of Object.entries(assignments(files.GITHUB_OUTPUT)))
      known[`steps.${step.id}.outputs.${key}`] = value
    await after(stepOf(text) ?? '', output)
  }
  return { outputs: githubTexts(job.outputs, known), summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8') }
}

test('rehearses the whole process against a fake that the job starts', { timeout: timeoutMs }, async () => {
  const here = checkout()
  const image = `127.0.0.1:${await freePort()}/desktops/office`
  const env = { ...haste, KASM_URL: `http://127.0.0.1:${await freePort()}`, IMAGE: image }
  const { KASM_API_KEY: apiKey = '', KASM_API_KEY_SECRET: apiKeySecret = '' } = githubTexts(
    githubWorkflow('rehearse').jobs['rehearse']?.env,
    {},
  )
  const today = new Date().toISOString().slice(0, 10)
  const outcomes = new Outcomes(new World({ url: env.KASM_URL, apiKey, apiKeySecret, image }), `${today}-7`)
  const steps: string[] = []
  const after = async (step: string, output: string) => {
    if (step !== '') steps.push(step)
    await outcomes.after(step, output)
  }
  await runGitHubJob({
    workflow: 'rehearse',
    job: 'rehearse',
    context: { 'github.run_number': '7' },
    env,
    machine: here,
    after,
  })
  expect(steps).toEqual('prepare push create-test wait verify deploy verify-deploy rollback clean'.split(' '))
})

test('releases once it is approved, and rolls back to an image by name', { timeout: timeoutMs }, async () => {
  const here = checkout()
  const { kasm, world } = await startKasm(here)
  const secrets = {
    'secrets.KASM_API_KEY': kasm.KASM_API_KEY,
    'secrets.KASM_API_KEY_SECRET': kasm.KASM_API_KEY_SECRET,
    'secrets.REGISTRY_USER': 'robot',
    'secrets.REGISTRY_PASSWORD': 'push-secret',
    'secrets.PULL_USER': 'kasm',
    'secrets.PULL_TOKEN': 'pull-only',
  }
  const vars = { 'vars.KASM_URL': kasm.KASM_URL, 'vars.IMAGE': world.image, 'vars.WORKSPACE': 'Office' }
  const context: Context = { ...secrets, ...vars, 'github.run_number': '8' }
  const env = { ...haste, EXPECTED_PASSWORD: 'push-secret' }
  const tag = `${new Date().toISOString().slice(0, 10)}-8`
  const outcomes = new Outcomes(world, tag)
  const common = { workflow: 'release', env, machine: here, after: outcomes.after.bind(outcomes) }
  const { jobs } = githubWorkflow('release')
  expect(
    Object.entries(jobs)
      .filter(([, job]) => githubHolds(job.if, context))
      .map(([name]) => name),
  ).toEqual(['test', 'deploy'])

  const { outputs } = await runGitHubJob({ ...common, job: 'test', context })
  expect(outputs).toEqual({ tag })
  expect(await world.workspace('Office (test)')).toMatchObject({ docker_user: 'kasm' })
  const deployed = { ...context, 'needs.test.outputs.tag': tag }
  const { summary } = await runGitHubJob({ ...common, job: 'deploy', context: deployed })
  expect(summary).toContain(`${world.image}:2026-01-01`)

  const back = { ...context, 'inputs.rollback_to': `${world.image}:2026-01-01` }
  expect(
    Object.entries(jobs)
      .filter(([, job]) => githubHolds(job.if, back))
      .map(([name]) => name),
  ).toEqual(['rollback'])
  await runGitHubJob({ ...common, job: 'rollback', context: back })
})
