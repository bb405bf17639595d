import type { BridgeError, ErrorCode } from '../../shared/errors.ts'
import { SCOPES, type Scope } from '../../shared/scopes.ts'
import { type Check, type ConnectionContext, type Finding, failed, good, skipped, warning } from './check.ts'
import { ADVICE, TITLES, todoFor, WITHOUT_SCOPE } from './texts.ts'

type Connections = Check<ConnectionContext>

const isOneOf = (error: BridgeError, ...codes: ErrorCode[]) => codes.includes(error.code)
const byError = (error: BridgeError): Finding => failed(error.detail, todoFor(error))

/** Whether the bridge gets into both services at all: checks 3 to 21. */
export const accessChecks: readonly Connections[] = [
  {
    id: 3,
    title: TITLES.secrets,
    run({ secrets }) {
      const missing = [
        ...(secrets.chatra ? [] : [secrets.whereChatra]),
        ...(secrets.planfix ? [] : [secrets.wherePlanfix]),
      ]
      if (missing.length === 0) return good('both are there')
      return failed(
        `missing: ${missing.join(', ')}`,
        `Set ${missing.join(' and ')} where the bridge is started.`,
      )
    },
  },
  {
    id: 4,
    title: TITLES.chatraKeys,
    async run({ secrets, probeChatra }) {
      if (!secrets.chatra) return skipped('the secret key is missing (check 3)')
      const answer = await probeChatra()
      if (answer.ok) {
        return answer.value.certain
          ? good('accepted')
          : warning('Chatra does not say clearly whether it accepts them', ADVICE.chatraDoubt)
      }
      if (isOneOf(answer.error, 'no-plan', 'unpaid')) return skipped('the account has no access (check 5)')
      if (answer.error.code === 'wrong-keys') return failed(answer.error.detail, ADVICE.chatraKeys)
      return byError(answer.error)
    },
  },
  {
    id: 5,
    title: TITLES.chatraPlan,
    async run({ secrets, probeChatra }) {
      if (!secrets.chatra) return skipped('the secret key is missing (check 3)')
      const answer = await probeChatra()
      if (answer.ok) return good('the API answers')
      return isOneOf(answer.error, 'no-plan', 'unpaid')
        ? byError(answer.error)
        : skipped('it cannot be told before check 4 is passed')
    },
  },
  {
    id: 6,
    title: TITLES.planfixReachable,
    async run({ secrets, planfix, connection }) {
      if (!secrets.planfix) return skipped('the token is missing (check 3)')
      const answer = await planfix.ping()
      if (answer.ok || isAboutAccount(answer.error)) return good(connection.planfix.baseUrl)
      // Something answers there that is not Planfix.
      if (isOneOf(answer.error, 'refused', 'bad-answer', 'object-gone')) {
        return failed(answer.error.detail, ADVICE.address)
      }
      return byError(answer.error)
    },
  },
  {
    id: 7,
    title: TITLES.token,
    async run({ secrets, planfix }) {
      if (!secrets.planfix) return skipped('the token is missing (check 3)')
      const answer = await planfix.ping()
      if (answer.ok) return good('accepted')
      return isAboutAccount(answer.error)
        ? byError(answer.error)
        : skipped('Planfix is not reached (check 6)')
    },
  },
  ...SCOPES.map(
    (scope, index): Connections => ({
      id: 8 + index,
      title: TITLES.scope(scope),
      run: (context) => probe(scope, context),
    }),
  ),
]

/** Planfix speaks, and its answer is about the account or the token. */
const isAboutAccount = (error: BridgeError): boolean =>
  isOneOf(error, 'wrong-keys', 'no-plan', 'unpaid', 'daily-limit', 'missing-scope', 'rate-limited')

async function probe(scope: Scope, { connection, planfix, ...context }: ConnectionContext): Promise<Finding> {
  if (scope.startsWith('datatag') && connection.planfix.visitDataTag === null) {
    return skipped('not needed: visits are not written to a data tag')
  }
  const stopped = await withoutPlanfix({ connection, planfix, ...context })
  if (stopped) return stopped
  const answer = await planfix.probeScope(scope)
  if (!answer.ok) return warning(`it could not be told: ${answer.error.detail}`, todoFor(answer.error))
  if (answer.value === 'granted') return good('allowed')
  const loss = WITHOUT_SCOPE[scope]
  return loss === undefined
    ? failed(`the token lacks ${scope}`, ADVICE.scope(scope))
    : warning(`the token lacks ${scope}: ${loss}`, ADVICE.scope(scope))
}

/** Nothing can be asked of Planfix: the finding that says so. */
export async function withoutPlanfix({ secrets, planfix }: ConnectionContext): Promise<Finding | null> {
  if (!secrets.planfix) return skipped('the token is missing (check 3)')
  return (await planfix.ping()).ok ? null : skipped('Planfix does not let us in (checks 6 and 7)')
}
