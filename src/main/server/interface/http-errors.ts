import type { FastifyReply } from 'fastify'
import type { CallError } from '../../../shared/api.ts'
import { errorAnswer } from '../../api/responses.ts'

/**
 * Refusals with an HTTP status. The body is an answer of the contract, so that a page can show it; `detail`
 * is technical.
 */
export const sendErrorStatus = (reply: FastifyReply, status: number, detail: string): FastifyReply => {
  const code = codeOf(status)
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send(errorAnswer(code, `error.call.${code}`, { detail }))
}

function codeOf(status: number): CallError['code'] {
  if (status >= 500) return 'bug'
  if (status === 404) return 'not-found'
  return [401, 403, 421].includes(status) ? 'no-access' : 'invalid'
}
