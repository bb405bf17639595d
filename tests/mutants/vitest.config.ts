import { defineConfig } from 'vitest/config'

/** The configuration of `npm run mutate`: only tests of decisions, which need no service, no disk and no time. */
export default defineConfig({
  test: {
    include: ['tests/unit/{engine,shared}/**/*.test.ts', 'tests/property/{decisions,split}.test.ts'],
    setupFiles: ['tests/support/every-language.ts', 'tests/mutants/brief-properties.ts'],
    runner: 'tests/mutants/runner.ts',
    // The code changes although the file does not.
    fsModuleCache: false,
    // All in one process, which loads the modules under test once.
    isolate: false,
    maxWorkers: 1,
    pool: 'threads',
  },
})
