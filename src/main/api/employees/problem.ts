import type { Answer } from '../../../shared/api/answer.ts'
import type { EmployeeChoice } from '../../../shared/api/employees.ts'
import { checkEmail } from '../../../shared/fields.ts'
import { errorAnswer } from '../responses.ts'

/** Why a list of employees cannot be saved; null when it can. `field` is the list's name in the form. */
export function employeesProblem(
  mode: 'everybody' | 'selected',
  choices: readonly EmployeeChoice[],
  field: string,
): Extract<Answer<never>, { ok: false }> | null {
  if (mode === 'everybody') return null
  if (!choices.some(({ allowed }) => allowed))
    return errorAnswer('invalid', 'employees.problem.nobody', { field })
  const seen = new Set<number>()
  for (const [index, { planfixUserId, name, email }] of choices.entries()) {
    const who = name ?? `${planfixUserId}`
    if (email?.trim() && checkEmail(email) !== null) {
      const params = { name: who, email: email.trim() }
      return errorAnswer('invalid', 'employees.problem.email', { params, field: `${field}[${index}].email` })
    }
    if (seen.has(planfixUserId)) {
      return errorAnswer('invalid', 'employees.problem.twice', {
        params: { name: who },
        field: `${field}[${index}]`,
      })
    }
    seen.add(planfixUserId)
  }
  return null
}
