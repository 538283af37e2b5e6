// How long a token of virtual time is used: as long as its server says, and at least as long as its client insists on.
import { expect, test } from 'vitest'
import type { Strand } from '../../simulator/pull/modelled/strand.ts'
import { ModelledTokens } from '../../simulator/pull/modelled/tokens.ts'
import { personas } from '../../simulator/pull/personas.ts'

const sentAtMs = 5_000

/** The tokens of a client that has just fetched one which its server calls good for so long. */
function tokensOf(persona: keyof typeof personas, lifetimeSeconds: number): ModelledTokens {
  const tokens = new ModelledTokens(personas[persona].token, null)
  const token = {
    id: 1,
    user: null,
    repository: 'acme/a',
    endsAtMs: sentAtMs + lifetimeSeconds * 1_000,
    lifetimeSeconds,
  }
  const strand = { clientMs: sentAtMs } as Strand
  const script = tokens.fetch(strand, {
    // biome-ignore lint/correctness/useYield: this server answers at once.
    *send() {
      return { token } as never
    },
    refuse: () => new Error('nobody is refused'),
  })
  expect(script.next()).toMatchObject({ done: true, value: token })
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
