// For tests with Vitest: a fake Kasm for each test, and matchers that say what is missing. Importing this file adds the matchers.
import { expect, test } from 'vitest'
import { imagePresent, sessionIn } from '../../server/control/conditions.ts'
import type { JournalEntry } from '../../server/control/journal.ts'
import { type Times, type Verification, verify } from '../../server/control/verification.ts'
import type { Condition } from '../../server/control/waits.ts'
import { createKasm } from './create-kasm.ts'
import { Kasm } from './kasm.ts'
import type { KasmOptions } from './options.ts'

/**
 * A test with a fake Kasm of its own, `kasm`: three agents, its clock frozen. `kasmOptions` overrides that.
 *
 * @example
 * const test = kasmTest.extend('kasmOptions', { agents: 20, clock: 'frozen' })
 * test('lists no image', async ({ kasm }) => {
 *   expect(await kasm.client.call('get_images')).toEqual({ images: [] })
 * })
 */
export const kasmTest = test
  .extend('kasmOptions', (): KasmOptions => ({ agents: 3, clock: 'frozen' }))
  .extend('kasm', async ({ kasmOptions }, { onCleanup }): Promise<Kasm> => {
    const kasm = await createKasm(kasmOptions)
    onCleanup(() => kasm.close())
    return kasm
  })

/** What can be expected of a fake Kasm. */
interface KasmMatchers<Result> {
  /** Every enabled agent has told that it holds the image; of that digest, where one is given. */
  toHaveImageOnAllAgents(reference: string, digest?: string): Result
  toHaveRunningSession(kasmId: string): Result
  /** A call came whose body has at least these fields. Where none did, the nearest ones are shown. */
  toHaveReceived(operation: string, body?: object, times?: Times): Result
  /** No call was refused, and no agent fails to pull an image. */
  toHaveNoErrors(): Result
}

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends KasmMatchers<R> {}
}

expect.extend({
  toHaveImageOnAllAgents: (received: unknown, image: string, digest?: string) => {
    const { control } = kasmOf(received)
    const wish = { image, presentOn: 'all' as const, ...(digest === undefined ? {} : { digest }) }
    return judge(
      `every agent to hold ${image}${digest === undefined ? '' : ` as ${digest}`}`,
      control,
      imagePresent(control.model, wish),
    )
  },
  toHaveRunningSession: (received: unknown, session: string) => {
    const { control } = kasmOf(received)
    return judge(`session ${session} to be running`, control, sessionIn(control.model, { session, status: 'running' }))
  },
  toHaveReceived: (received: unknown, operation: string, body?: object, times?: Times) => {
    const { journal } = kasmOf(received).control
    const verification = verify(journal.entries(), { operation, ...(body ? { body } : {}) }, times)
    const { verified: pass } = verification
    return {
      pass,
      message: () => describeVerification(operation, verification),
      expected: body,
      actual: nearestBody(verification),
    }
  },
  toHaveNoErrors: (received: unknown) => {
    const { control, fleet } = kasmOf(received)
    const refused = control.journal.entries().filter(isRefusal).map(describeEntry)
    const failing = fleet.agents.flatMap(({ hostname, failing }) =>
      Object.entries(failing).map(([image, cause]) => `${hostname} fails to pull ${image}: ${cause}`),
    )
    const errors = [...refused, ...failing]
    const message = () =>
      errors.length === 0 ? 'expected some error, there was none' : `expected no error, there were:\n${list(errors)}`
    return { pass: errors.length === 0, message }
  },
})

function kasmOf(received: unknown): Kasm {
  if (received instanceof Kasm) return received
  throw new TypeError('This matcher is for a Kasm of `createKasm` or `kasmTest`.')
}

function judge(what: string, { clock }: Kasm['control'], condition: Condition) {
  const { met, describe } = condition.judge(clock.nowMs())
  const message = () => (met ? `expected not ${what}` : `expected ${what}:\n${list(describe().missing)}`)
  return { pass: met, message }
}

function describeVerification(operation: string, verification: Verification): string {
  const { verified, matched, message, nearMisses, matches } = verification
  const entries = verified ? matches : nearMisses.map(({ entry }) => entry)
  const differences = verified
    ? []
    : nearMisses.flatMap((miss) => miss.differences.map((difference) => ({ miss, difference })))
  const lines = differences.map(
    ({ miss: { entry }, difference: { path, expected, actual } }) =>
      `number ${entry.sequence}: ${path} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`,
  )
  const expectation = verified
    ? `no such call of ${operation}, there were ${matched}:`
    : `a call of ${operation}: ${message}`
  return `expected ${expectation}\n${list([...entries.map(describeEntry), ...lines])}`
}

function nearestBody({ matches, nearMisses }: Verification): unknown {
  return (matches.at(-1) ?? nearMisses[0]?.entry)?.body
}

function isRefusal({ status, errorMessage }: JournalEntry): boolean {
  return status === 0 || status >= 400 || errorMessage !== null
}

function describeEntry({ sequence, method, path, status, errorMessage }: JournalEntry): string {
  return `number ${sequence}: ${method} ${path} was answered ${status}${errorMessage === null ? '' : ` (${errorMessage})`}`
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n')
}
