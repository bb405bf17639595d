import { afterEach, expect } from 'vitest'
import type { Clock, NewComment, NewTask } from '../../src/main/engine/ports.ts'
import { createPlanfixClient, type PlanfixClient } from '../../src/main/planfix/client.ts'
import { systemClock } from '../../src/main/process/clock.ts'
import type { BridgeError, Result } from '../../src/shared/errors.ts'
import {
  type PlanfixOptions,
  type PlanfixSimulator,
  type PlanfixSwitches,
  startPlanfixSimulator,
} from '../../src/simulators/planfix/index.ts'
import { midnightFarAway } from '../support/day-limit.ts'
import { connectionTo } from '../unit/planfix/connection.ts'
import { checkRequest } from './oracle.ts'

/**
 * The Planfix client against the simulator, in every position of every switch that affects it. After each test every
 * request is checked against the official OpenAPI file, and the simulator must have recorded no violation.
 */

const opened: { simulator: PlanfixSimulator; client: PlanfixClient }[] = []
afterEach(async () => {
  for (const { simulator, client } of opened.splice(0)) {
    client.close()
    await simulator.stop()
    expect(simulator.violations).toEqual([])
    for (const { method, path, query, body, headers } of simulator.server.requests) {
      if (!path.startsWith('/rest/')) continue
      const contentType = headers['content-type']
      const asked = {
        method,
        path: path.slice('/rest'.length),
        query,
        body,
        ...(contentType && { contentType }),
      }
      expect(checkRequest(asked), `${method} ${path}`).toEqual([])
    }
  }
})

const visitDataTag = { id: 4, fields: { os: 10, browser: 11, ip: 12 } }

export async function open(
  switches: Partial<PlanfixSwitches> = {},
  more: {
    simulator?: Partial<PlanfixOptions>
    planfix?: Record<string, unknown>
    options?: Record<string, unknown>
    timeoutMs?: number
    clock?: Clock
  } = {},
) {
  const simulator = await startPlanfixSimulator({
    switches,
    timeScale: 0.01,
    requestsPerSecondLimit: Number.POSITIVE_INFINITY,
    ...more.simulator,
  })
  midnightFarAway(simulator, (more.simulator?.now ?? Date.now)())
  const client = createPlanfixClient({
    connection: connectionTo(simulator.restUrl, { visitDataTag, ...more.planfix }, more.options),
    token: simulator.token,
    clock: more.clock ?? systemClock,
    ...(more.timeoutMs && { timeoutMs: more.timeoutMs }),
  })
  opened.push({ simulator, client })
  return { simulator, client }
}

export const source = (n: number) => `6f1c2b34-8d1e-5a77-9c02-${String(n).padStart(12, '0')}`
export const says = (said: string) => ({ paragraphs: [{ label: null, text: said }] })

export function got<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`)
  return result.value
}
export function errorOf(result: Result<unknown>): BridgeError {
  if (result.ok) throw new Error(`expected a failure, got ${JSON.stringify(result.value)}`)
  return result.error
}

export const newTask = (contactId: number, more: Partial<NewTask> = {}): NewTask => ({
  name: 'Anna (Chatra)',
  description: says('Hello'),
  contactId,
  assignerContactId: null,
  participants: { users: [7], contacts: [], groups: [] },
  sourceObjectId: source(2),
  ...more,
})
export const newComment = (said: string, more: Partial<NewComment> = {}): NewComment => ({
  text: says(said),
  owner: null,
  recipients: { roles: [], users: [] },
  fileIds: [],
  writtenAt: null,
  sourceObjectId: source(3),
  ...more,
})

export const contactFor = async (client: PlanfixClient) =>
  got(
    await client.createContact({ name: 'Anna', email: 'anna@example.com', phone: '+37360000000' }, source(1)),
  ).id

/** An ordinary day of a bridge: contact, task, comments, files, visit, completion. Returns what was created. */
export async function day({ simulator, client }: Awaited<ReturnType<typeof open>>) {
  const contactId = await contactFor(client)
  got(
    await client.updateContact(contactId, { name: 'Anna <Popa>', phone: '+37361111111' }, source(1), {
      description: '',
    }),
  )
  const taskId = got(await client.createTask(newTask(contactId))).id
  const commentId = got(
    await client.addComment(
      taskId,
      newComment('Where is my order?\n<b>&</b> https://shop.example/?a=1&b=2', {
        owner: `contact:${contactId}`,
        recipients: { roles: ['assignee', 'participant'], users: ['user:5'] },
      }),
    ),
  ).id
  const reply = simulator.employeeComments(taskId, 5, '<p>On its <b>way</b></p><p>Ana</p>')
  return { contactId, taskId, commentId, replyId: reply.id }
}
