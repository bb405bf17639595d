import { withoutPlanfix } from './access-checks.ts'
import { type Check, type ConnectionProbes, failed, good, say, skipped, warning } from './check.ts'

/** Times of messages are compared with Planfix's; a larger difference makes them misleading. */
const MOST_SKEW_MS = 60_000
/** At one task a minute, the work of an hour. */
const FEW_REQUESTS = 500

/** The environment of the two accounts: checks 28 to 32. */
export const environmentChecks: readonly Check<ConnectionProbes>[] = [
  {
    id: 28,
    title: say('diagnostics.title.clock'),
    async run(context) {
      const stopped = await withoutPlanfix(context)
      if (stopped) return stopped
      const skew = context.planfix.clockSkew()
      if (skew === null) return skipped(say('diagnostics.detail.clock-untold'))
      const seconds = Math.round(Math.abs(skew) / 1000)
      if (Math.abs(skew) < MOST_SKEW_MS) return good(say('diagnostics.detail.clock', { seconds }))
      const key = skew > 0 ? 'diagnostics.detail.clock-behind' : 'diagnostics.detail.clock-ahead'
      return failed(say(key, { seconds }), say('diagnostics.todo.clock'))
    },
  },
  {
    id: 29,
    title: say('diagnostics.title.budget'),
    async run(context) {
      const stopped = await withoutPlanfix(context)
      if (stopped) return stopped
      const left = context.planfix.remainingToday()
      if (left === null) return good(say('diagnostics.detail.budget-untold'))
      const detail = say('diagnostics.detail.budget', { count: left })
      if (left === 0) return failed(detail, say('diagnostics.todo.budget'))
      return left < FEW_REQUESTS ? warning(detail, say('diagnostics.todo.budget')) : good(detail)
    },
  },
  {
    id: 30,
    title: say('diagnostics.title.webhook-secret'),
    run: ({ connection }) =>
      connection.webhookSecret === undefined
        ? failed(say('diagnostics.detail.webhook-secret-none'), say('diagnostics.todo.webhook-secret'))
        : good(say('diagnostics.detail.webhook-secret')),
  },
  {
    id: 31,
    title: say('diagnostics.title.running'),
    async run({ bridge: { isRunning, hooksUrl: url }, health }) {
      if (!isRunning) return warning(say('diagnostics.detail.running-not'), say('diagnostics.todo.start'))
      if (url === null) return good(say('diagnostics.detail.running'))
      const answer = await health(url)
      if (answer?.code !== 200) {
        return warning(say('diagnostics.detail.running-silent', { url }), say('diagnostics.todo.restart'))
      }
      return answer.status === 'degraded'
        ? warning(say('diagnostics.detail.running-degraded', { url }), say('diagnostics.todo.degraded'))
        : good(say('diagnostics.detail.running-at', { url }))
    },
  },
  {
    id: 32,
    title: say('diagnostics.title.reachable'),
    async run({ bridge, publicUrl, health }) {
      if (publicUrl === null) {
        return warning(say('diagnostics.detail.reachable-none'), say('diagnostics.todo.public-address'))
      }
      if (!bridge.isRunning) return skipped(say('diagnostics.detail.reachable-not-running'))
      const answer = await health(publicUrl)
      if (answer?.code === 200 && answer.status !== null) {
        return good(say('diagnostics.detail.reachable-ok', { text: publicUrl }))
      }
      const url = `${publicUrl}/healthz`
      return failed(
        answer === null
          ? say('diagnostics.detail.reachable-silent', { url })
          : say('diagnostics.detail.reachable-other', { url, status: answer.code }),
        say('diagnostics.todo.reachable'),
      )
    },
  },
]
