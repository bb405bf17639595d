import type { ScopeFinding } from '../../../shared/api/setup.ts'
import { ok, type Result, stopsSide } from '../../../shared/errors.ts'
import type { Scope } from '../../../shared/setup/scopes.ts'
import type { Account } from './planfix.ts'

/** The purpose of each scope; without one that is not `always`, a part of the product does not work. */
const NEEDED: Record<Scope, ScopeFinding['needed']> = {
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
 * Tests one scope, at the account's rate; an undecided one is `unknown`. Returns an error only when the account does not
 * answer at all.
 */
export async function scopeOf(account: Account, scope: Scope): Promise<Result<ScopeFinding>> {
  const answer = await account.ask((client) => client.probeScope(scope))
  if (!answer.ok && stopsSide(answer.error)) return answer
  return ok({ scope, needed: NEEDED[scope], result: answer.ok ? answer.value : 'unknown' })
}
