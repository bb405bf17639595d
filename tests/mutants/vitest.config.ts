import { defineConfig } from 'vitest/config'

/** What `npm run mutate` runs: the tests of decisions alone, which need no service, no disk and no time. */
export default defineConfig({
  test: {
    include: ['tests/unit/{engine,shared}/**/*.test.ts', 'tests/property/{decisions,split}.test.ts'],
    setupFiles: ['tests/mutants/brief-properties.ts'],
    runner: 'tests/mutants/runner.ts',
    // What is in the code changes without the file.
    fsModuleCache: false,
    // All in one process, which the modules under test are read into once.
    isolate: false,
    maxWorkers: 1,
    pool: 'threads',
    // A test that a mutant keeps waiting has noticed it. Hundreds do; the tests themselves take milliseconds.
    testTimeout: 3000,
    hookTimeout: 3000,
  },
})
