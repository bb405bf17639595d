import { z } from 'zod'
import type { Connection } from '../../shared/config.ts'
import { bridgeError, fail, ok, type Result } from '../../shared/errors.ts'
import { foregroundClock } from '../application/clock.ts'
import { createChatraClient } from '../chatra/client.ts'
import type { ConnectionContext, PlanfixQuestions } from '../diagnostics/check.ts'
import { createPlanfixClient, type PlanfixClient } from '../planfix/client.ts'
import type { SecretSource } from '../secrets/environment.ts'

/** Everything the checks may ask of one connection. Answers are asked for once, however many checks want them. */
export async function questionsFor(options: {
  connection: Connection
  publicUrl: string | null
  secrets: SecretSource
  bridge: ConnectionContext['bridge']
}): Promise<ConnectionContext> {
  const { connection, publicUrl, secrets, bridge } = options
  const [secretKey, token] = await Promise.all([
    secrets.get(connection.id, 'CHATRA_SECRET_KEY'),
    secrets.get(connection.id, 'PLANFIX_TOKEN'),
  ])
  const chatra = createChatraClient({ connection, secretKey })
  const planfix = createPlanfixClient({ connection, token, clock: foregroundClock })
  return {
    connection,
    publicUrl,
    secrets: {
      chatra: secretKey !== null,
      planfix: token !== null,
      whereChatra: secrets.whereToPut(connection.id, 'CHATRA_SECRET_KEY'),
      wherePlanfix: secrets.whereToPut(connection.id, 'PLANFIX_TOKEN'),
    },
    probeChatra: once(() => chatra.probeKeys()),
    planfix: planfixQuestions(planfix),
    bridge,
    health,
  }
}

function planfixQuestions(planfix: PlanfixClient): PlanfixQuestions {
  const { patient } = pacedBy(planfix)
  return {
    ping: once(() => patient(() => planfix.ping())),
    probeScope: (scope) => patient(() => planfix.probeScope(scope)),
    users: once(() => patient(() => planfix.users())),
    groups: once(() => patient(() => planfix.groups())),
    taskTemplates: once(() => patient(() => planfix.taskTemplates())),
    contactTemplates: once(() => patient(() => planfix.contactTemplates())),
    statuses: (processId) => patient(() => planfix.statuses(processId)),
    completedStatusId: once(() => patient(() => planfix.completedStatusId())),
    async contactExists(id) {
      const answer = await patient(() => planfix.contact(id))
      if (answer.ok) return ok(!answer.value.isDeleted)
      return answer.error.code === 'object-gone' ? ok(false) : answer
    },
    remainingToday: () => planfix.budget().remaining,
    clockSkew: () => planfix.clockSkew(),
  }
}

/** A running bridge shares the account's requests a second with us: a "too fast" is asked again. */
function pacedBy({ pacer }: PlanfixClient) {
  async function patient<T>(ask: () => Promise<Result<T>>): Promise<Result<T>> {
    let answer: Result<T> = fail(bridgeError('planfix', 'rate-limited', 'too many requests'))
    for (let tries = 0; tries < 5; tries++) {
      await pacer.turn(3, 'doctor')
      answer = await ask()
      if (answer.ok || answer.error.code !== 'rate-limited') return answer
    }
    return answer
  }
  return { patient }
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
