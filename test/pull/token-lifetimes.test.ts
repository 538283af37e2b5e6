// How long a token is used: as long as its server says, and at least as long as its client insists on.
import { expect, test } from 'vitest'
import { personas } from '../../simulator/pull/protocol/personas.ts'
import type { PullThread } from '../../simulator/pull/protocol/pull-thread.ts'
import { type Answer, noAnswer } from '../../simulator/pull/protocol/steps.ts'
import { TokenSource } from '../../simulator/pull/protocol/tokens.ts'

const sentAtMs = 5_000
const need = { realm: '', service: '', repository: 'acme/a', login: null, namesAccount: false, extras: '' } as never

/** The tokens of a client that has just fetched one which its server calls good for so long. */
function tokensOf(persona: keyof typeof personas, lifetimeSeconds: number): TokenSource {
  const tokens = new TokenSource(personas[persona].token, need)
  const answer: Answer = { ...noAnswer, status: 200, grant: { token: 'token', lifetimeSeconds } }
  const script = tokens.fetch({ nowMs: sentAtMs } as PullThread, {
    // biome-ignore lint/correctness/useYield: this server answers at once.
    *sendForToken() {
      return answer
    },
    refusalOf: () => {
      throw new Error('nobody is refused')
    },
  })
  expect(script.next()).toMatchObject({ done: true, value: { token: 'token' } })
  return tokens
}

test.each([
  ['docker', 10, 60],
  ['docker', 59, 60],
  ['docker', 61, 61],
  ['docker', 300, 300],
  ['podman', 10, 60],
  ['podman', 300, 300],
  ['containerd', 10, 10],
  ['containerd', 300, 300],
] as const)('%s uses a token of %d s for %d s', (persona, lifetimeSeconds, usedSeconds) => {
  const tokens = tokensOf(persona, lifetimeSeconds)
  const endMs = sentAtMs + usedSeconds * 1_000
  const isRenewed = personas[persona].token.renewed === 'when-expired'
  expect(tokens.known(endMs - 1)).not.toBeNull()
  expect(tokens.known(endMs) === null).toBe(isRenewed)
})
