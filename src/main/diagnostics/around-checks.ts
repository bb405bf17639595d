import { withoutPlanfix } from './access-checks.ts'
import { type Check, type ConnectionContext, failed, good, skipped, warning } from './check.ts'
import { ADVICE, TITLES } from './texts.ts'

/** Times of messages are compared with Planfix's; beyond this they mislead. */
const MOST_SKEW_MS = 60_000
/** At a task a minute an hour's work. */
const FEW_REQUESTS = 500

/** What stands around the two accounts: checks 28 to 32. */
export const aroundChecks: readonly Check<ConnectionContext>[] = [
  {
    id: 28,
    title: TITLES.clock,
    async run(context) {
      const stopped = await withoutPlanfix(context)
      if (stopped) return stopped
      const skew = context.planfix.clockSkew()
      if (skew === null) return skipped('Planfix does not tell the time')
      const seconds = Math.round(Math.abs(skew) / 1000)
      if (Math.abs(skew) < MOST_SKEW_MS) return good(`${seconds} s from Planfix's`)
      return failed(`it is ${seconds} s ${skew > 0 ? 'behind' : 'ahead of'} Planfix's`, ADVICE.clock)
    },
  },
  {
    id: 29,
    title: TITLES.budget,
    async run(context) {
      const stopped = await withoutPlanfix(context)
      if (stopped) return stopped
      const left = context.planfix.remainingToday()
      if (left === null) return good('Planfix does not say how many are left')
      const detail = `${left} requests are left today`
      if (left === 0) return failed(detail, ADVICE.budget)
      return left < FEW_REQUESTS ? warning(detail, ADVICE.budget) : good(detail)
    },
  },
  {
    id: 30,
    title: TITLES.webhookSecret,
    run: ({ connection }) =>
      connection.webhookSecret === undefined
        ? failed('without it no webhook is taken', ADVICE.webhookSecret)
        : good('it is there'),
  },
  {
    id: 31,
    title: TITLES.running,
    async run({ bridge, health }) {
      if (!bridge.isRunning) return warning('it is not running on this data folder', ADVICE.start)
      if (bridge.hooksUrl === null) return good('it is running')
      const answer = await health(bridge.hooksUrl)
      if (answer?.code !== 200)
        return warning(`it is running, but ${bridge.hooksUrl} does not answer`, ADVICE.start)
      return answer.status === 'degraded'
        ? warning(
            `it is running on ${bridge.hooksUrl}, but something is paused or failing`,
            ADVICE.stateDegraded,
          )
        : good(`it is running on ${bridge.hooksUrl}`)
    },
  },
  {
    id: 32,
    title: TITLES.reachable,
    async run({ bridge, publicUrl, health }) {
      if (publicUrl === null) return warning('no public address is configured', ADVICE.publicUrl)
      if (!bridge.isRunning) return skipped('the bridge is not running (check 31)')
      const answer = await health(publicUrl)
      if (answer === null) return failed(`${publicUrl}/healthz does not answer`, ADVICE.reachable)
      return answer.code === 200 && answer.status !== null
        ? good(publicUrl)
        : failed(`${publicUrl}/healthz is answered ${answer.code}, not by the bridge`, ADVICE.reachable)
    },
  },
]
