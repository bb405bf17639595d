import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { pathOf } from '../../../shared/config.ts'
import type { Application } from '../../application/application.ts'
import { eventText } from '../../diagnostics/words.ts'
import { viewOf } from './view.ts'

const whole = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const logQuery = z.object({
  afterSeq: whole.optional(),
  beforeSeq: whole.optional(),
  limit: whole.min(1).max(500).default(100),
})
const eventsQuery = z.object({
  afterId: whole.optional(),
  limit: whole.min(1).max(500).default(50),
})
const target = z.strictObject({
  id: z.union([
    z.number().int().positive(),
    z
      .string()
      .regex(/^[1-9]\d{0,15}$/)
      .transform(Number),
  ]),
})

/** The interface's calls. Everything that comes in is checked; a misfit is answered 400 with its path. */
export function addApi(server: FastifyInstance, application: Application): void {
  const { store, configuration } = application

  server.get('/api/status', async () => viewOf(await application.status(), configuration.language))

  server.get('/api/log', async (request, reply) => {
    const query = logQuery.safeParse(request.query)
    if (!query.success) return misfit(reply, query.error)
    const [entries, latestSeq] = await Promise.all([store.logPage(query.data), store.latestSeq()])
    return { entries, latestSeq }
  })

  server.get('/api/events', async (request, reply) => {
    const query = eventsQuery.safeParse(request.query)
    if (!query.success) return misfit(reply, query.error)
    const events = await store.events(query.data.afterId ?? null, query.data.limit)
    return {
      events: events.map((event) => ({ ...event, text: eventText(configuration.language, event) })),
    }
  })

  server.post('/api/retry', async (request, reply) => {
    const body = target.safeParse(request.body)
    if (!body.success) return misfit(reply, body.error)
    return settled(reply, await application.retry(body.data.id), 'queued')
  })

  server.post('/api/dismiss', async (request, reply) => {
    const body = target.safeParse(request.body)
    if (!body.success) return misfit(reply, body.error)
    return settled(reply, await store.dismissMessage(body.data.id), 'dismissed')
  })
}

const misfit = (reply: FastifyReply, { issues }: z.ZodError) =>
  reply.code(400).send({
    error: issues.map((issue) => `${pathOf(issue.path) || 'body'}: ${issue.message}`).join('; '),
  })

const settled = (reply: FastifyReply, answer: string, good: string) =>
  reply.code(answer === good ? 200 : answer === 'not-found' ? 404 : 409).send({ answer })
