import type { PlanfixStatus } from '../../engine/ports.ts'
import type { RawStatus } from '../schemas.ts'

/** A status with its names in Planfix's languages (contracts/planfix.md §6.5). */
export interface NamedStatus extends PlanfixStatus {
  names: string[]
}

export const toStatus = (raw: RawStatus): NamedStatus => {
  const texts = (raw.texts ?? []).flatMap(({ name }) => (name ? [name] : []))
  return {
    id: raw.id,
    name: raw.name ?? texts[0] ?? `${raw.id}`,
    isActive: raw.isActive ?? null,
    names: [...new Set([...(raw.name ? [raw.name] : []), ...texts])],
  }
}

/** The number Planfix gives "completed" on accounts with system statuses (§6.5): a hint, never a proof. */
const USUAL_COMPLETED = 3

// Whole words, because "not completed", "incomplete" or "невыполненная" mean the opposite.
const word = (stems: string) => new RegExp(`(?:^|[\\s(/-])(?:${stems})\\p{L}*`, 'iu')
const COMPLETED = word(
  'complet|завершен|завершён|finalizat|incheiat|încheiat|terminat|zakończ|zakoncz|conclu|terminad|abgeschlossen|завершенн|завершено|skończ',
)
const DONE = word(
  'done|finish|closed?$|close|resolved|выполнен|сделан|готов|закрыт|решен|решён|виконан|închis|inchis|rezolvat|efectuat|gata|realizat|cerrad|fechad|erledigt|geschlossen',
)
const CONTRADICTS = word(
  'not|un|in(?=complet)|never|не|reject|declin|cancel|draft|defer|postpon|paus|wait|new|open|отклон|отказ|отмен|чернов|отлож|ожида|жд|пауз|нов|respins|refuzat|anulat|ciorn|amânat|amanat|suspendat|aștept|astept|nou',
)

const says = (status: NamedStatus, pattern: RegExp): boolean =>
  status.names.some((name) => pattern.test(name))
const contradicted = (status: NamedStatus): boolean => says(status, CONTRADICTS)

/**
 * The status that completes a task; null when unknown. Among inactive statuses (among all, when the account
 * does not mark active ones) the one whose name says so, the usual number first (switch `status-set`).
 */
export function chooseCompleted(statuses: NamedStatus[]): number | null {
  const isKnown = statuses.some(({ isActive }) => isActive !== null)
  const candidates = statuses.filter(
    (status) => (isKnown ? status.isActive === false : true) && !contradicted(status),
  )
  const completed = candidates.filter((status) => says(status, COMPLETED))
  const done = candidates.filter((status) => says(status, DONE))
  const named = completed.length > 0 ? completed : done
  const usual = candidates.find(({ id }) => id === USUAL_COMPLETED)
  // Number 3 with a name in an unknown language is still the best guess, as long as no other name matches.
  const chosen =
    usual && (named.length === 0 || named.includes(usual) || done.includes(usual)) ? usual : named[0]
  return chosen?.id ?? null
}

/**
 * Whether a status counts as active; null when unknown. The flag of the status comes first, then the flag in
 * its process, then names. Where a process has no active status at all (switch `status-set`,
 * no-active-status) its flags have no meaning, or every message of a client would begin a new task: then a
 * status is active unless its name says completed or closed.
 */
export function judgeActive(
  status: PlanfixStatus,
  process: NamedStatus[],
  completedId: number | null,
): boolean | null {
  const own = process.find(({ id }) => id === status.id)
  const anyActive = process.some(({ isActive }) => isActive === true)
  const flag = status.isActive ?? own?.isActive ?? null
  if (flag !== null && (flag || anyActive || process.length === 0)) return flag
  if (status.id === completedId) return false
  const named: NamedStatus = own ?? { ...status, names: [status.name] }
  if (says(named, CLOSED_FOR_GOOD)) return false
  if (says(named, COMPLETED) || says(named, DONE)) return contradicted(named)
  return process.length > 0 && own ? true : flag
}

const CLOSED_FOR_GOOD = word('reject|declin|cancel|отклон|отмен|respins|refuzat|anulat|archiv|архив')
