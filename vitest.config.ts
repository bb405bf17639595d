import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { findPostgres } from './scripts/system-deps.ts'

/** The longest first: they mostly wait, so the others run beside them instead of after them. */
const LONGEST = ['/world-proof/', '/crash/', '/demo.test', '/bundle/', '/relay/', '/integration/']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((part) => moduleId.includes(part))
      return at === -1 ? LONGEST.length : at
    }
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other))
  }
}

const hasPostgres = findPostgres({ mayInstall: false }) !== null
// What tests share for the length of a run belongs to this process (tests/support/postgres.ts).
process.env.BRIDGE_TEST_RUN ??= `${process.pid}-${Date.now()}`

export default defineConfig({
  test: {
    // A test may speak any language at once; that programs load theirs is seen in processes (server-host.test.ts).
    setupFiles: ['tests/support/every-language.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most of the time a test waits for a process or a timer: more than cores.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      // With real sockets, processes and leases: as end-to-end tests they have a second try, which the report shows.
      {
        extends: true,
        test: { name: 'whole', include: ['tests/{contract,integration}/**/*.test.ts'], retry: 1 },
      },
      // What chance finds is found once: never a second try.
      {
        extends: true,
        test: { name: 'chance', include: ['tests/{property,crash,world-proof}/**/*.test.ts'] },
      },
      // The same tests of the store, on PostgreSQL.
      {
        extends: true,
        test: {
          name: 'postgres',
          include: hasPostgres ? ['tests/unit/store/{queries,removal,rows}/**/*.test.ts'] : [],
          env: { BRIDGE_TEST_STORE: 'postgres' },
          isolate: false,
        },
      },
      // Nothing of them outlives a test, so they need no process each.
      { extends: true, test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], isolate: false } },
    ],
  },
})
