// Five groups of tests: `unit` and `scenarios` run everywhere; `container` needs a Docker Engine, `browser` Chromium, `package` npm.
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Many tests wait more than they work, so a small machine runs two files at a time. */
const maxWorkers = Math.max(2, availableParallelism() - 1)

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/scenarios/**', 'test/container/**', 'test/browser/**', 'test/package/**'],
          maxWorkers,
          // For a machine that does much else besides.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'scenarios',
          include: ['test/scenarios/**/*.test.ts'],
          // After all others: each of them keeps a processor busy.
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'container',
          include: ['test/container/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
