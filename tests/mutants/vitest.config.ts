import { defineConfig } from 'vitest/config'

/** What `npm run mutate` runs: the tests of decisions alone, which need no service, no disk and no time. */
export default defineConfig({
  test: {
    include: ['tests/unit/{engine,shared,relay}/**/*.test.ts', 'tests/property/{decisions,split}.test.ts'],
    setupFiles: ['tests/support/brief-properties.ts'],
    testTimeout: 60_000,
    isolate: false,
  },
})
