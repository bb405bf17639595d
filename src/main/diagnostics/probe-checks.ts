import { type Check, type ConnectionProbes, good, say, skipped } from './check.ts'

/** When the account was probed: check 40; it was added later. */
export const probeChecks: readonly Check<ConnectionProbes>[] = [
  {
    id: 40,
    title: say('diagnostics.title.probe'),
    run({ probed }) {
      if (probed === null) return skipped(say('diagnostics.detail.probe-never'))
      const { at, version, answered, asked } = probed
      const date = new Date(at).toISOString().slice(0, 10)
      return good(say('diagnostics.detail.probe', { date, version, answered, asked }))
    },
  },
]
