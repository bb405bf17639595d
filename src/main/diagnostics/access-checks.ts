import type { BridgeError, ErrorCode } from '../../shared/errors.ts'
import { SCOPES, type Scope } from '../../shared/setup/scopes.ts'
import { optionalScope, reportedBy, todoFor } from './advice.ts'
import {
  type Check,
  type ConnectionProbes,
  type Finding,
  failed,
  good,
  say,
  skipped,
  warning,
} from './check.ts'

type Connections = Check<ConnectionProbes>

const isOneOf = (error: BridgeError, ...codes: ErrorCode[]) => codes.includes(error.code)
const byError = (error: BridgeError): Finding => failed(reportedBy(error), todoFor(error))
const noSecretKey = () => skipped(say('diagnostics.detail.no-secret-key'))
const noToken = () => skipped(say('diagnostics.detail.no-token'))

/** Whether the bridge has access to both services: checks 3 to 21. */
export const accessChecks: readonly Connections[] = [
  { id: 3, title: say('diagnostics.title.secrets'), run: secrets },
  {
    id: 4,
    title: say('diagnostics.title.chatra-keys'),
    async run({ secrets, probeChatra }) {
      if (!secrets.chatra) return noSecretKey()
      const answer = await probeChatra()
      if (answer.ok) {
        return answer.value.certain
          ? good(say('diagnostics.detail.accepted'))
          : warning(say('diagnostics.detail.keys-doubt'), say('diagnostics.todo.chatra-doubt'))
      }
      if (isOneOf(answer.error, 'no-plan', 'unpaid')) return skipped(say('diagnostics.detail.no-access'))
      return byError(answer.error)
    },
  },
  {
    id: 5,
    title: say('diagnostics.title.chatra-plan'),
    async run({ secrets, probeChatra }) {
      if (!secrets.chatra) return noSecretKey()
      const answer = await probeChatra()
      if (answer.ok) return good(say('diagnostics.detail.chatra-answers'))
      return isOneOf(answer.error, 'no-plan', 'unpaid')
        ? byError(answer.error)
        : skipped(say('diagnostics.detail.after-keys'))
    },
  },
  {
    id: 6,
    title: say('diagnostics.title.planfix-reachable'),
    async run({ secrets, planfix, connection }) {
      if (!secrets.planfix) return noToken()
      const answer = await planfix.ping()
      if (answer.ok || isAboutAccount(answer.error)) {
        return good(say('diagnostics.detail.planfix-answers', { text: connection.planfix.baseUrl }))
      }
      // The answer does not come from Planfix.
      if (isOneOf(answer.error, 'refused', 'bad-answer', 'object-gone')) {
        return failed(reportedBy(answer.error), say('diagnostics.todo.address'))
      }
      return byError(answer.error)
    },
  },
  {
    id: 7,
    title: say('diagnostics.title.token'),
    async run({ secrets, planfix }) {
      if (!secrets.planfix) return noToken()
      const answer = await planfix.ping()
      if (answer.ok) return good(say('diagnostics.detail.token-accepted'))
      return isAboutAccount(answer.error)
        ? byError(answer.error)
        : skipped(say('diagnostics.detail.not-reached'))
    },
  },
  ...SCOPES.map(
    (scope, index): Connections => ({
      id: 8 + index,
      title: say(`diagnostics.title.scope.${scope}`),
      run: (context) => probe(scope, context),
    }),
  ),
]

function secrets({ secrets: { chatra, planfix, variables } }: ConnectionProbes): Finding {
  if (chatra && planfix) return good(say('diagnostics.detail.secrets'))
  const which = chatra ? 'no-planfix' : planfix ? 'no-chatra' : 'none'
  const names = [...(chatra ? [] : [variables?.chatra]), ...(planfix ? [] : [variables?.planfix])].join(', ')
  return failed(
    say(`diagnostics.detail.secrets-${which}`),
    variables === null ? say('diagnostics.todo.secrets') : say('diagnostics.todo.secrets-server', { names }),
  )
}

/** Planfix answers, and the answer is about the account or the token. */
const isAboutAccount = (error: BridgeError): boolean =>
  isOneOf(error, 'wrong-keys', 'no-plan', 'unpaid', 'daily-limit', 'missing-scope', 'rate-limited')

async function probe(scope: Scope, context: ConnectionProbes): Promise<Finding> {
  if (scope.startsWith('datatag') && context.connection.planfix.visitDataTag === null) {
    return skipped(say('diagnostics.detail.scope-unneeded'))
  }
  const stopped = await withoutPlanfix(context)
  if (stopped) return stopped
  const answer = await context.planfix.probeScope(scope)
  if (!answer.ok) return unreported(answer.error)
  if (answer.value === 'granted') return good(say('diagnostics.detail.allowed'))
  const todo = say('diagnostics.todo.scope', { scope })
  const spared = optionalScope(scope)
  return spared === null
    ? failed(say('diagnostics.detail.scope-missing', { scope }), todo)
    : warning(say(`diagnostics.detail.without.${spared}`, { scope }), todo)
}

/** A call without an answer. */
export const unreported = (error: BridgeError): Finding =>
  warning(say('diagnostics.detail.untold', { text: error.detail }), todoFor(error))

/** Planfix cannot be called: the finding that says so. */
export async function withoutPlanfix({ secrets, planfix }: ConnectionProbes): Promise<Finding | null> {
  if (!secrets.planfix) return noToken()
  return (await planfix.ping()).ok ? null : skipped(say('diagnostics.detail.no-planfix'))
}
