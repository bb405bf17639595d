import { reportedBy, todoFor } from './advice.ts'
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

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** A longer time is said in hours. */
const MANY_MINUTES = 2 * HOUR

/** Planfix's Chat API: check 39; it was added later. */
export const channelChecks: readonly Check<ConnectionProbes>[] = [
  { id: 39, title: say('diagnostics.title.channel'), run: channel },
]

async function channel(context: ConnectionProbes): Promise<Finding> {
  const { connection, secrets, publicUrl, channel } = context
  if (connection.planfix.channel.mode === 'rest') return skipped(say('diagnostics.detail.channel-off'))
  if (!secrets.chat) {
    const names = secrets.variables?.chat
    return failed(
      say('diagnostics.detail.channel-no-token'),
      names === undefined
        ? say('diagnostics.todo.channel-token')
        : say('diagnostics.todo.secrets-server', { names }),
    )
  }
  const answer = await channel.probe()
  if (!answer.ok) {
    const isElsewhere = answer.error.code === 'unreachable' && answer.error.network === undefined
    const todo = isElsewhere
      ? say('diagnostics.todo.channel-address', { address: connection.planfix.channel.url })
      : todoFor(answer.error)
    return failed(reportedBy(answer.error), todo)
  }
  if (publicUrl === null)
    return failed(say('diagnostics.detail.channel-no-address'), say('diagnostics.todo.public-address'))
  const { calledAt, now } = channel
  if (calledAt === null)
    return warning(say('diagnostics.detail.channel-never'), say('diagnostics.todo.channel-test'))
  return good(ago(now - calledAt))
}

const ago = (ms: number) =>
  ms < MANY_MINUTES
    ? say('diagnostics.detail.channel-minutes', { minutes: Math.max(0, Math.round(ms / MINUTE)) })
    : say('diagnostics.detail.channel-hours', { hours: Math.round(ms / HOUR) })
