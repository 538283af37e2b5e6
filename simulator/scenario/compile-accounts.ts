// The accounts of a scenario's registry: who they are, and for how long each of their passwords is good.
import type { Compilation } from './compilation.ts'
import type { Path } from './problems.ts'
import type { RegistryAccount } from './scenario.ts'
import type { ScenarioSource } from './schema.ts'

type RegistrySource = NonNullable<ScenarioSource['registry']>
type AccountSource = NonNullable<RegistrySource['accounts']>[number]

/** The accounts, once their form is right; user names must be unique. */
export function compileAccounts(source: RegistrySource, compilation: Compilation): RegistryAccount[] {
  const accountsAt = ['registry', 'accounts']
  const { accounts = [] } = compilation.problems.isClean(accountsAt) ? source : {}
  for (const [index, { username }] of accounts.entries()) {
    if (accounts.findIndex((account) => account.username === username) === index) continue
    compilation.problems.add([...accountsAt, index, 'username'], `must be unique, "${username}" is there already`)
  }
  return accounts.map((account, index) => compileAccount(account, [...accountsAt, index], compilation))
}

function compileAccount(
  { username, password, passwordLifetime, tokens, plan }: AccountSource,
  path: Path,
  compilation: Compilation,
): RegistryAccount {
  const secondsOf = (lifetime: string, field: Path) =>
    compilation.durationMs(lifetime, field, { positive: true }) / 1_000
  const compiled: RegistryAccount = { username, password }
  if (passwordLifetime !== undefined) {
    compiled.passwordLifetimeSeconds = secondsOf(passwordLifetime, [...path, 'passwordLifetime'])
  }
  if (tokens !== undefined && tokens.length > 0) {
    compiled.tokens = tokens.map(({ token, access, lifetime }, index) => ({
      token,
      ...(access === undefined ? {} : { access }),
      ...(lifetime === undefined
        ? {}
        : { lifetimeSeconds: secondsOf(lifetime, [...path, 'tokens', index, 'lifetime']) }),
    }))
  }
  if (plan !== undefined) compiled.plan = plan
  return compiled
}
