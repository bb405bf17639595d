import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/{unit,contract,integration,property,crash}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most of the time a test waits for a process or a timer: one more than cores.
    maxWorkers: 3,
  },
})
