// Reads the two kinds of pipelines as far as the examples go: which shell lines each job runs, in which environment.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export type Environment = Record<string, string>

const examples = new URL('../../examples/', import.meta.url)

function read(file: string): unknown {
  return parse(readFileSync(new URL(file, examples), 'utf8'))
}

// --- GitLab ---

interface GitLabJob {
  stage?: string
  extends?: string
  variables?: Record<string, string | number>
  before_script?: string[]
  script?: string[]
}

type GitLabFile = Record<string, GitLabJob> & { stages: string[]; variables: Environment; default: GitLabJob }

/** The jobs in the order of their stages, hidden ones left out. */
export function gitlabJobs(): { name: string; stage: string; lines: string[]; variables: Environment }[] {
  const { stages, variables, default: defaults, ...named } = read('gitlab/.gitlab-ci.yml') as GitLabFile
  const all = named as Record<string, GitLabJob>
  const jobs = Object.entries(all)
    .filter(([name]) => !name.startsWith('.'))
    .map(([name, own]) => {
      const job = { ...defaults, ...(own.extends === undefined ? {} : all[own.extends]), ...own }
      const lines = [...(job.before_script ?? []), ...(job.script ?? [])]
      const texts = Object.fromEntries(Object.entries(job.variables ?? {}).map(([key, value]) => [key, String(value)]))
      return { name, stage: job.stage ?? '', lines, variables: { ...variables, ...texts } }
    })
  return jobs.sort((one, other) => stages.indexOf(one.stage) - stages.indexOf(other.stage))
}

/** Variables as GitLab passes them on: those of the project win over those of the file, and all may name others. */
export function gitlabEnvironment(file: Environment, project: Environment): Environment {
  const all = { ...file, ...project }
  const expand = (value: string, depth = 0): string =>
    depth > 9
      ? value
      : value.replace(/\$(\w+)|\$\{(\w+)\}/g, (_, plain, braced) => expand(all[plain ?? braced] ?? '', depth + 1))
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, expand(value)]))
}

// --- GitHub ---

interface GitHubStep {
  name?: string
  id?: string
  if?: string
  run?: string
  env?: Environment
}

interface GitHubJob {
  if?: string
  needs?: string
  env?: Record<string, string | number>
  outputs?: Environment
  steps: GitHubStep[]
}

/** A workflow. */
export function githubWorkflow(name: string): { env: Environment; jobs: Record<string, GitHubJob> } {
  const { env = {}, jobs } = read(`github/.github/workflows/${name}.yml`) as {
    env?: Environment
    jobs: Record<string, GitHubJob>
  }
  return { env, jobs }
}

/** What expressions can name, such as `{ 'github.run_number': '7' }`; a name that is not there is empty, as it is there. */
export type Context = Record<string, string>

/** A text with its expressions worked out. */
export function githubText(text: string | number, context: Context): string {
  return String(text).replace(/\$\{\{ *([\w.]+) *\}\}/g, (_, name: string) => context[name] ?? '')
}

export function githubTexts(texts: Record<string, string | number> | undefined, context: Context): Environment {
  return Object.fromEntries(Object.entries(texts ?? {}).map(([key, value]) => [key, githubText(value, context)]))
}

/** Whether a condition of the examples holds: a comparison with the empty text, or none. */
export function githubHolds(condition: string | undefined, context: Context): boolean {
  if (condition === undefined) return true
  if (condition === 'failure()') return false
  const [, name = '', operator] = /^([\w.]+) (==|!=) ''$/.exec(condition) ?? []
  if (operator === undefined) throw new Error(`no condition that can be worked out: ${condition}`)
  return ((context[name] ?? '') === '') === (operator === '==')
}
