import { z } from 'zod'
import type { Connection } from '../../../shared/config.ts'
import { bridgeError, fail, ok, type Result } from '../../../shared/errors.ts'
import { createChatraClient } from '../../chatra/client.ts'
import type { ConnectionProbes, PlanfixProbes } from '../../diagnostics/check.ts'
import type { Probed } from '../../engine/index.ts'
import { type Clock, type Priority, SlotWithdrawn } from '../../engine/ports.ts'
import { createPlanfixChannel } from '../../planfix/channel/channel.ts'
import { createPlanfixClient, type PlanfixClient } from '../../planfix/client.ts'
import { type SecretSource, secretVariable } from '../../secrets/environment.ts'

/**
 * Everything the checks may read about one connection; each value is read once, even for several checks.
 * `planfix` is the client that delivers its messages: the checks then wait for slots behind the messages in
 * the same rate limiter. Without it a client is created, which `close` releases.
 */
export async function probesFor(options: {
  connection: Connection
  publicUrl: string | null
  secrets: SecretSource
  /** Whether secrets can come from the environment, so that the owner sees it. */
  inEnvironment: boolean
  bridge: ConnectionProbes['bridge']
  /** Null: the data is unreadable. */
  mailedTwice: number | null
  /** When Planfix's Chat API last called; null = never, or the data is unreadable. */
  chatCalledAt: number | null
  /** Null: never, or the data is unreadable. */
  probed: Probed | null
  clock: Clock
  planfix?: PlanfixClient | undefined
  /** Once aborted, no further value is read. */
  ended?: AbortSignal
}): Promise<{ context: ConnectionProbes; close(): void }> {
  const { connection, publicUrl, secrets, bridge, clock } = options
  const { id } = connection
  const [secretKey, token, chatToken] = await Promise.all([
    secrets.get(id, 'CHATRA_SECRET_KEY'),
    secrets.get(id, 'PLANFIX_TOKEN'),
    secrets.get(id, 'PLANFIX_CHAT_TOKEN'),
  ])
  const chatra = createChatraClient({ connection, secretKey })
  const planfix = options.planfix ?? createPlanfixClient({ connection, token, clock })
  const channel = createPlanfixChannel({ connection, token: chatToken, clock, people: async () => [] })
  const context: ConnectionProbes = {
    connection,
    publicUrl,
    secrets: {
      chatra: secretKey !== null,
      planfix: token !== null,
      chat: chatToken !== null,
      variables: options.inEnvironment
        ? {
            chatra: secretVariable(id, 'CHATRA_SECRET_KEY'),
            planfix: secretVariable(id, 'PLANFIX_TOKEN'),
            chat: secretVariable(id, 'PLANFIX_CHAT_TOKEN'),
          }
        : null,
    },
    probeChatra: once(() => chatra.probeKeys()),
    planfix: planfixProbes(planfix, options.ended),
    channel: { probe: () => channel.task(NO_CHAT), calledAt: options.chatCalledAt, now: clock.now() },
    bridge,
    mailedTwice: options.mailedTwice,
    probed: options.probed && lastProbe(options.probed),
    health,
  }
  const close = () => {
    if (planfix !== options.planfix) planfix.close()
    channel.close()
  }
  return { context, close }
}

const lastProbe = ({ at, version, asked, positions }: Probed): ConnectionProbes['probed'] => ({
  at,
  version,
  asked,
  answered: Object.keys(positions).length,
})

/** A chat that no client has. */
const NO_CHAT = 'test'

/** With the lowest priority, after all message traffic. */
const LAST: Priority = 3
const MOST_TRIES = 5

function planfixProbes(planfix: PlanfixClient, ended: AbortSignal | undefined): PlanfixProbes {
  /**
   * Other programs use the same rate limit, so a "too fast" is retried; and so is a call that waited while
   * the settings changed.
   */
  async function patient<T>(ask: () => Promise<Result<T>>): Promise<Result<T>> {
    let answer: Result<T> = fail(bridgeError('planfix', 'rate-limited', 'too many requests'))
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (!(await slot())) continue
      answer = await ask()
      if (answer.ok || answer.error.code !== 'rate-limited') return answer
    }
    return answer
  }
  async function slot(): Promise<boolean> {
    ended?.throwIfAborted()
    try {
      await planfix.rateLimiter.slot(LAST, 'check-up')
    } catch (error) {
      if (!(error instanceof SlotWithdrawn)) throw error
      return false
    }
    ended?.throwIfAborted()
    return true
  }
  return {
    ping: once(() => patient(() => planfix.ping())),
    probeScope: (scope) => patient(() => planfix.probeScope(scope)),
    users: once(() => patient(() => planfix.users())),
    groups: once(() => patient(() => planfix.groups())),
    taskTemplates: once(() => patient(() => planfix.taskTemplates())),
    contactTextFields: once(() => patient(() => planfix.contactTextFields())),
    contactTemplates: once(() => patient(() => planfix.contactTemplates())),
    statuses: (processId) => patient(() => planfix.statuses(processId)),
    completedStatusId: once(() => patient(() => planfix.completedStatusId())),
    async contactExists(id) {
      const answer = await patient(() => planfix.contact(id))
      if (answer.ok) return ok(!answer.value.isDeleted)
      return answer.error.code === 'object-gone' ? ok(false) : answer
    },
    remainingToday: () => planfix.quota().remaining,
    clockSkew: () => planfix.clockSkew(),
  }
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null
  return () => {
    answer ??= ask()
    return answer
  }
}

const healthAnswer = z.object({ status: z.enum(['ok', 'degraded']) })

async function health(url: string): Promise<{ code: number; status: string | null } | null> {
  try {
    const response = await fetch(`${url}/healthz`, {
      signal: AbortSignal.timeout(10_000),
      redirect: 'manual',
    })
    const body = healthAnswer.safeParse(await response.json().catch(() => null))
    return { code: response.status, status: body.success ? body.data.status : null }
  } catch {
    return null
  }
}
