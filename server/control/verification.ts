// Whether the calls that were expected came; where they did not, the calls that came nearest and what was wrong with each.
import { closest } from '../kernel/suggest.ts'
import type { JournalEntry } from './journal.ts'
import { type Difference, differencesOf, valueCountOf } from './match.ts'

/** Which calls are meant; each part that is given must be so. */
export interface CallPattern {
  operation?: string
  caller?: string
  status?: number
  /** What the body must have at least. */
  body?: unknown
}

/** How many are expected; one at least where nothing is said. */
export interface Times {
  exactly?: number
  atLeast?: number
  atMost?: number
}

/** A call that is not one of those meant. */
interface NearMiss {
  entry: JournalEntry
  differences: Difference[]
}

export interface Verification {
  verified: boolean
  /** One sentence. */
  message: string
  matched: number
  /** The last of those that matched. */
  matches: JournalEntry[]
  /** Where too few matched: the nearest of the others, the nearest first. */
  nearMisses: NearMiss[]
}

const shownCountMax = 3
/** Below this likeness a call has nothing to do with what was meant. */
const likenessMin = 0.3

/**
 * Judges the calls of a journal.
 *
 * @example
 * verify(journal.entries(), { operation: 'create_image', body: { target_image: { name: 'a:1' } } }, { exactly: 1 })
 */
export function verify(entries: readonly JournalEntry[], pattern: CallPattern, times: Times = {}): Verification {
  const judged = entries.map((entry) => ({ entry, differences: mismatches(entry, pattern) }))
  const matches = judged.filter(({ differences }) => differences.length === 0).map(({ entry }) => entry)
  const { exactly, atLeast = exactly ?? (times.atMost === undefined ? 1 : 0), atMost = exactly } = times
  const tooFew = matches.length < atLeast
  const tooMany = atMost !== undefined && matches.length > atMost
  const nearMisses = tooFew ? nearest(judged, pattern) : []
  return {
    verified: !tooFew && !tooMany,
    message: describe({ matched: matches.length, atLeast, atMost, judged: entries.length, nearMisses }),
    matched: matches.length,
    matches: matches.slice(-shownCountMax),
    nearMisses,
  }
}

/** What of a call is not as the pattern says. */
export function mismatches(entry: JournalEntry, { operation, caller, status, body }: CallPattern): Difference[] {
  const differences: Difference[] = []
  if (operation !== undefined && entry.operation !== operation) {
    const isNear = entry.operation !== null && closest(operation, [entry.operation]) !== null
    const problem = isNear ? 'differs; is the name mistyped?' : 'differs'
    differences.push({ path: 'operation', expected: operation, actual: entry.operation, problem })
  }
  if (caller !== undefined) differences.push(...differencesOf(caller, entry.caller, 'caller'))
  if (status !== undefined) differences.push(...differencesOf(status, entry.status, 'status'))
  if (body !== undefined) differences.push(...differencesOf(body, entry.body, 'body'))
  return differences
}

function nearest(judged: readonly NearMiss[], pattern: CallPattern): NearMiss[] {
  const { operation, ...rest } = pattern
  // The operation counts as much as all the rest: another call with the same fields is no near miss.
  const restCount = Math.max(1, valueCountOf(rest))
  const likeness = ({ differences }: NearMiss) => {
    const wrongOperation = differences.find(({ path }) => path === 'operation')
    // What lacks as a whole lacks in all its parts; another value in the right place is half of what was meant.
    const others = differences
      .filter((difference) => difference !== wrongOperation)
      .reduce((sum, { expected, problem }) => sum + valueCountOf(expected) * (problem === 'is missing' ? 1 : 0.5), 0)
    const ofOperation = wrongOperation ? (wrongOperation.problem === 'differs' ? 0 : 0.7) : 1
    return (ofOperation * (operation === undefined ? 0 : 1) + (restCount - Math.min(restCount, others)) / restCount) / 2
  }
  return judged
    .filter(({ differences }) => differences.length > 0)
    .map((miss) => ({ miss, likeness: likeness(miss) }))
    .filter((ranked) => ranked.likeness >= likenessMin || operation === undefined)
    .sort((first, second) => second.likeness - first.likeness || second.miss.entry.sequence - first.miss.entry.sequence)
    .slice(0, shownCountMax)
    .map(({ miss }) => miss)
}

interface Judgement {
  matched: number
  atLeast: number
  atMost: number | undefined
  judged: number
  nearMisses: NearMiss[]
}

function describe({ matched, atLeast, atMost, judged, nearMisses }: Judgement): string {
  const bound =
    atMost === undefined ? `at least ${atLeast}` : atLeast === atMost ? `${atMost}` : `${atLeast} to ${atMost}`
  const counted = `${matched} of ${judged} recorded calls matched, expected ${bound}.`
  const [first] = nearMisses
  if (!first) return counted
  const [difference] = first.differences as [Difference]
  const { path, expected, actual, problem } = difference
  return `${counted} The nearest is number ${first.entry.sequence}: ${path} ${problem} (expected ${JSON.stringify(expected)}, was ${JSON.stringify(actual)}).`
}
