import type { ScopeFinding } from '../../../shared/api/setup.ts'
import { type BridgeError, ok, type Result, stopsSide } from '../../../shared/errors.ts'
import { SCOPES, type Scope } from '../../../shared/scopes.ts'
import type { Account } from './planfix.ts'

/** The purpose of each scope; without one that is not `always`, a part of the product does not work. */
export const NEEDED: Record<Scope, ScopeFinding['needed']> = {
  task_readonly: 'always',
  task_add: 'always',
  task_update: 'always',
  contact_readonly: 'always',
  contact_add: 'always',
  contact_update: 'always',
  comment_readonly: 'always',
  comment_add: 'always',
  comment_delete: 'tidying',
  user_readonly: 'employees',
  file_readonly: 'files',
  file_add: 'files',
  datatag_readonly: 'visits',
  datatag_add: 'visits',
}

/**
 * Tests every scope, at the account's rate; an undecided one is `unknown`. Returns an error only when the
 * account does not answer at all.
 */
export async function scopesOf(account: Account): Promise<Result<ScopeFinding[]>> {
  const closed: BridgeError[] = []
  const findings = SCOPES.map(async (scope): Promise<ScopeFinding> => {
    const answer = await account.ask((client) => client.probeScope(scope))
    if (!answer.ok && stopsSide(answer.error)) closed.push(answer.error)
    return { scope, needed: NEEDED[scope], result: answer.ok ? answer.value : 'unknown' }
  })
  const all = await Promise.all(findings)
  const [error] = closed
  return error && all.every(({ result }) => result === 'unknown') ? { ok: false, error } : ok(all)
}
