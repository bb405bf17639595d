import { type Check, failed, good, type ProgramContext, say, skipped, warning } from './check.ts'

const MINUTE = 60_000
/** The address is proven every five or ten minutes. */
const OLD_MS = 20 * MINUTE

/** How Chatra reaches this computer: checks 33 to 35. */
export const tunnelChecks: readonly Check<ProgramContext>[] = [
  {
    id: 33,
    title: say('diagnostics.title.way-in-secrets'),
    run({ keychain, publicAddress: { provider, missingSecrets, state } }) {
      if (provider === 'none' || provider === 'own') return good(say('diagnostics.detail.way-in-no-secrets'))
      // Typed secrets are known to the running bridge alone.
      if (missingSecrets.length === 0 || state?.state === 'proven')
        return good(say('diagnostics.detail.way-in-secrets'))
      return failed(
        say('diagnostics.detail.way-in-secrets-missing'),
        keychain === undefined
          ? say('diagnostics.todo.way-in-secret', { variables: missingSecrets.join(', ') })
          : say('diagnostics.todo.way-in-secret-typed'),
      )
    },
  },
  {
    id: 34,
    title: say('diagnostics.title.way-in'),
    run({ publicAddress: { provider, state, now } }) {
      if (provider === 'none') {
        return warning(say('diagnostics.detail.way-in-none'), say('diagnostics.todo.public-address'))
      }
      if (state === null) return skipped(say('diagnostics.detail.way-in-untold'))
      const { address, provenAt, problem, problemParams, needsOwner } = state
      if (problem !== null) {
        const todo = needsOwner ? 'diagnostics.todo.way-in-owner' : 'diagnostics.todo.way-in-wait'
        return failed({ key: problem, params: problemParams }, say(todo))
      }
      if (state.state !== 'proven' || provenAt === null) {
        return skipped(say('diagnostics.detail.way-in-proving'))
      }
      const told = { address: address ?? '', minutes: minutesOf(now - provenAt) }
      return now - provenAt < OLD_MS
        ? good(say('diagnostics.detail.way-in-proven', told))
        : warning(say('diagnostics.detail.way-in-old', told), say('diagnostics.todo.way-in-wait'))
    },
  },
  {
    id: 35,
    title: say('diagnostics.title.way-in-gap'),
    run({ publicAddress: { provider, state, now } }) {
      if (provider === 'none' || state === null) return skipped(say('diagnostics.detail.way-in-untold'))
      if (state.gap === null) return good(say('diagnostics.detail.way-in-no-gap'))
      const { from, to, kept } = state.gap
      const told = { minutes: minutesOf(to - from), ago: minutesOf(now - to) }
      return kept
        ? good(say('diagnostics.detail.way-in-gap-kept', told))
        : warning(say('diagnostics.detail.way-in-gap', told), say('diagnostics.todo.way-in-gap'))
    },
  },
]

const minutesOf = (ms: number): number => Math.max(0, Math.round(ms / MINUTE))
