import type { SimResponse } from '../../common/server.ts'
import type { Call } from './routing.ts'

export interface Failure {
  field: string
  error: string
}

export const failed = (field: string): Failure => ({ field, error: 'Field change failed' })

/** Failures as the switch `failures-shape` writes them: an array in the schema, an object in the example (§6.2). */
export const shownFailures = (call: Call, failures: Failure[]): unknown =>
  call.account.switches['failures-shape'] === 'object' ? failures[0] : failures

/** Executes an update of a task or contact and answers according to `update-answer` (§3, §6.2). */
export function answerUpdate(call: Call, apply: () => Failure[]): SimResponse {
  const position = call.account.switches['update-answer']
  if (position === '202-queued') {
    call.services.later(call.services.scaled(1500), apply)
    return { status: 202 }
  }
  const failures = apply()
  if (failures.length > 0) return { status: 200, body: { failures: shownFailures(call, failures) } }
  if (position === '200-empty-body') return { status: 200 }
  return { status: 200, body: position === '200-failures-empty' ? { failures: [] } : { result: 'success' } }
}
