// "Did you mean ...?": the one place that decides how close a mistyped word must be to be worth suggesting.

/** What is longer is no word that somebody has mistyped, and comparing takes the time of one length by the other. */
const wordLengthMax = 200

/**
 * The candidate nearest to a mistyped word, or null where none is near: at most one typing slip (a letter added, left out,
 * replaced, or two swapped) for every three letters of the word. Capitals make no difference. Of equally near
 * candidates the one that begins most alike is taken.
 *
 * @example
 * closest('chekInInterval', ['cap', 'checkInInterval']) // 'checkInInterval'
 */
export function closest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > wordLengthMax) return null
  let best: string | null = null
  let bestSlips = Math.max(1, Math.floor(word.length / 3)) + 1
  let bestStart = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > bestSlips) continue
    const slips = typingSlips(word.toLowerCase(), candidate.toLowerCase())
    const start = commonStart(word, candidate)
    if (slips > bestSlips || (slips === bestSlips && start <= bestStart)) continue
    best = candidate
    bestSlips = slips
    bestStart = start
  }
  return best
}

function commonStart(word: string, candidate: string): number {
  let length = 0
  while (length < word.length && word[length] === candidate[length]) length++
  return length
}

/** The optimal string alignment distance, kept in three rows. */
function typingSlips(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

function at(row: number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
