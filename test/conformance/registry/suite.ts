// One suite for every backend, written from the OCI distribution specification v1.1. Where a registry behind the front is known to
// depart from it, that is data: such a fact must fail there, so that the list cannot outlive its reasons.
import { afterAll, beforeAll, describe, test } from 'vitest'
import { Client } from './client.ts'
import { pullFacts } from './pull-facts.ts'
import { pushFacts } from './push-facts.ts'

/** By what is so. A fact gets a repository of its own, and another one. */
export type Facts = Record<string, (client: Client, other: Client) => Promise<void>>

/** By fact, why it does not hold. */
export type Differences = Record<string, string>

const facts: Facts = { ...pullFacts, ...pushFacts }

/** What the `distribution` project's registry does otherwise, release 2.8. */
export const distributionDifferences: Differences = {
  'lists tags in order': 'it gives them as its storage has them',
  'lists tags page by page, each with a link to the next': 'it has no pages of tags before release 3',
  'lists the tags after a given one, and none where none are asked for': 'it has no pages of tags before release 3',
  'lists who refers to a manifest, by type where asked': 'it has no list of referrers',
  'lists nobody for a digest that nobody refers to': 'it has no list of referrers',
  'refuses a chunk out of order, and goes on after it': 'it takes chunks as they come',
  'deletes a tag, and keeps its manifest': 'it deletes by digest only',
}

/** Runs the suite against what `open` starts. */
export function describeConformance(
  name: string,
  open: () => Promise<{ url: string; close: () => Promise<void> }>,
  differences: Differences = {},
): void {
  describe(`the OCI distribution specification holds for ${name}`, () => {
    let registry: Awaited<ReturnType<typeof open>>
    beforeAll(async () => {
      registry = await open()
    })
    afterAll(() => registry?.close())
    for (const [number, [fact, check]] of Object.entries(facts).entries()) {
      const difference = differences[fact]
      const run = difference === undefined ? test : test.fails
      run(difference === undefined ? fact : `not so, since ${difference}: ${fact}`, async () => {
        await check(
          new Client(registry, `conformance/fact-${number}`),
          new Client(registry, `conformance/other-${number}`),
        )
      })
    }
  })
}
