// The promise of the data file, the hard way: a hundred times `kill -9` under load.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../cli/command.ts'
import { KillLane } from './kill-lane.ts'

const laneCount = 2
const livesPerLane = 50

test('no acknowledged write is lost and no half write is seen, however often the web app is killed', async () => {
  const folder = temporaryFolder()
  const lanes = Array.from({ length: laneCount }, (_, index) => new KillLane(join(folder, `${index}.db`), index))
  await Promise.all(
    lanes.map(async (lane) => {
      for (let life = 0; life < livesPerLane; life++) await lane.live(join(folder, 'compiled'))
    }),
  )
  for (const { seen } of lanes) {
    expect(seen.acknowledged).toBeGreaterThan(livesPerLane)
    expect(seen.underWay).toBeGreaterThan(livesPerLane / 2)
  }
}, 180_000)
