// In which order things happen that happen at one moment: by what they are, then by number, and only then as they were asked for.
// Both kinds of told time keep to it, so that neither sockets nor the order of scheduling decide.

const turnsOfKind = 2 ** 40

const kinds = { end: 0, action: 1, look: 2, 'check-in-due': 3, 'check-in': 4, exchange: 5, other: 6, body: 7 } as const

export type TurnKind = keyof typeof kinds

/** A turn at a moment, lower ones first. */
export function turnOf(kind: TurnKind, number = 0): number {
  return kinds[kind] * turnsOfKind + number
}

/** What kind of thing has a turn. */
export function kindOfTurn(turn: number): TurnKind {
  const rank = Math.floor(turn / turnsOfKind)
  return (Object.keys(kinds) as TurnKind[]).find((kind) => kinds[kind] === rank) ?? 'other'
}
