import { defineConfig } from 'vitest/config'

/** How long a condition may take to come true: a machine may be slow and busy, and only the test knows it is. */
const poll = { timeout: 25_000, interval: 50 }

export default defineConfig({
  test: {
    // Most files wait for servers, browsers and clocks of others: two at a time, also on two cores.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'server',
          include: ['test/server/**/*.test.ts', 'test/laws/**/*.test.ts', 'test/simulator/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          expect: { poll },
          hookTimeout: 120_000,
          globalSetup: ['test/support/global-postgres.ts'],
          setupFiles: ['test/support/properties.ts'],
        },
      },
      {
        oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
        test: {
          name: 'widget',
          include: ['test/widget/**/*.test.ts', 'test/widget/**/*.test.tsx'],
          environment: 'happy-dom',
          testTimeout: 60_000,
          expect: { poll },
          setupFiles: ['test/support/properties.ts', 'test/widget/patience.ts'],
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          testTimeout: 120_000,
          expect: { poll },
          hookTimeout: 180_000,
        },
      },
      {
        // `npm run test:long` alone runs these: they take minutes to hours.
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          environment: 'node',
          hookTimeout: 180_000,
          expect: { poll },
          fileParallelism: false,
          globalSetup: ['test/support/global-postgres.ts'],
          setupFiles: ['test/support/properties.ts'],
        },
      },
    ],
  },
})
