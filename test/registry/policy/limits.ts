// What the tests of limits share: a request and a limit, each with what the test leaves open.
import type { CountedLimit } from '../../../simulator/registry/policy/limit-source.ts'
import type { PolicyRequest } from '../../../simulator/registry/policy/policy.ts'

export function request(change: Partial<PolicyRequest> = {}): PolicyRequest {
  return {
    method: 'GET',
    class: 'manifest',
    repository: 'kasmweb/chrome',
    reference: '1.16.1',
    digest: `sha256:${'0'.repeat(64)}`,
    role: 'index',
    source: '192.0.2.1',
    user: null,
    challenged: false,
    ...change,
  }
}

type Rate =
  | { kind: 'rolling-window'; requests: number; perSeconds: number }
  | { kind: 'token-bucket' | 'leaky-bucket'; requests: number; perSeconds: number; burst: number }
  | { kind: 'connections'; connections: number }

export function counted(rate: Rate, change: Partial<CountedLimit> = {}): CountedLimit {
  return { classes: ['manifest'], key: 'address', refusal: {}, ...rate, ...change } as CountedLimit
}
