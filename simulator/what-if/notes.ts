// What a reader of an experiment's numbers must know, in sentences: how many runs they stand on, and what those leave open.
import type { WhatIfResults } from './results.ts'
import { type Estimate, leastRunsFor } from './statistics.ts'
import { formatShare, formatUnseen } from './words.ts'

/** The notes of an experiment, for the terminal and for the page. */
export function notesOf(results: WhatIfResults): string[] {
  const estimates = results.points.flatMap((point) => Object.values(point.estimates))
  const notes = [meaningOf(results, estimates), ...unknownsOf(estimates)]
  if (estimates.some(({ why }) => why === 'not-reached')) {
    notes.push('"3 of 10 runs": in the others it was never reached before the end of the run, so there is no mean.')
  }
  notes.push(...checksOf(results, 'checksMissed', 'missed'))
  notes.push(...checksOf(results, 'checksInconclusive', 'inconclusive'))
  notes.push(...precisionOf(results))
  if (results.interrupted) notes.push('Interrupted: the numbers are of the runs that had finished.')
  return notes
}

function meaningOf({ points, firstSeed }: WhatIfResults, estimates: Estimate[]): string {
  const counts = points.map(({ runs }) => runs)
  const [low, high] = [Math.min(...counts), Math.max(...counts)]
  const drawn = estimates.filter(({ known }) => known !== 'certain')
  if (high === 0) return 'No run has finished, so there is no number.'
  if (high === 1 && drawn.length > 0) {
    return `Each number is of one run in virtual time, with the seed ${firstSeed}: another seed may give any other. Ask for more with --seeds.`
  }
  const seeds = low === high ? `${high}` : `${low} to ${high}`
  const mean = `Each number is the mean of ${seeds} runs in virtual time with its 95 % interval (Willink's t, which allows for skewness); the seeds, from ${firstSeed} on, are the same at every point.`
  if (drawn.length === 0) return mean
  const fewest = drawn.reduce((few, found) => (found.unseenAtMost > few.unseenAtMost ? found : few))
  return `${mean} What none of ${fewest.runs} runs shows may still be true of ${formatUnseen(fewest)} of all runs (95 % confidence), and no interval knows of it.`
}

function unknownsOf(estimates: Estimate[]): string[] {
  const notes: string[] = []
  const has = (why: Estimate['why']) => estimates.some((found) => found.known === 'unknown' && found.why === why)
  if (estimates.some(({ known }) => known === 'certain')) {
    notes.push('"certain": the run drew no random number, so every seed gives this value.')
  }
  if (has('all-equal')) {
    notes.push('"unknown, 10 alike": no run differed, which does not show that none would, nor by how much.')
  }
  if (has('too-few'))
    notes.push('"unknown, 1s to 2s": fewer than 5 runs; these are the least and the most that were seen.')
  if (has('nearly-all-equal')) {
    notes.push(
      '"unknown, 1s to 9s": all but a few runs are alike, and so few exceptions do not tell how many there are.',
    )
  }
  return notes
}

function checksOf(
  { points }: WhatIfResults,
  field: 'checksMissed' | 'checksInconclusive',
  outcome: 'missed' | 'inconclusive',
): string[] {
  const names = new Set(points.flatMap((point) => Object.keys(point[field])))
  return Array.from(names, (name) => {
    const concerned = points.filter((point) => point[field][name] !== undefined)
    const runs = concerned.reduce((sum, point) => sum + (point[field][name] ?? 0), 0)
    const where =
      concerned.length === points.length ? 'every point' : concerned.map(({ settings }) => inWords(settings)).join('; ')
    return `The check "${name}" was ${outcome} in ${runs} runs, of ${where}.`
  })
}

function precisionOf({ precision, points }: WhatIfResults): string[] {
  if (precision === null) return []
  const { share, seedsMax, missed } = precision
  const percent = formatShare(share)
  const notes = missed.map(({ settings, metric }) => {
    const why = points.find((point) => point.settings === settings)?.estimates[metric]?.why
    const cause = why === 'not-reached' ? ': it was not reached in every run' : ` after ${seedsMax} seeds at most`
    return `${metric} of ${inWords(settings)} is not known within ${percent}${cause}.`
  })
  const drawn = points.some(({ estimates }) => Object.values(estimates).some(({ known }) => known !== 'certain'))
  if (drawn) {
    notes.push(
      `A precision of ${percent} takes at least ${leastRunsFor(share)} seeds: with fewer, runs as rare as that may all have been missed.`,
    )
  }
  return notes
}

/** A point in words. */
export function inWords(settings: Record<string, string>): string {
  const words = Object.entries(settings).map(([path, text]) => `${path}=${text}`)
  return words.length === 0 ? 'the scenario' : words.join(', ')
}
