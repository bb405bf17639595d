import { type Draft, type ScopeFinding, STEPS, type Step } from '../../../shared/api/setup.ts'
import { checkName } from '../../../shared/fields.ts'

/** What the way through the wizard depends on. */
export type WizardData = Pick<Draft, 'has' | 'checked' | 'active'> & { settings: { name: string } }

/**
 * The step that has to be finished before `step` can be entered; null when it can be. Steps that only hold choices keep
 * nobody back, as each choice has a good default.
 */
export function blockedBy(step: Step, ground: WizardData): Step | null {
  const until = STEPS.indexOf(step)
  return STEPS.slice(0, until).find((one) => !isFinished(one, ground)) ?? null
}

export const isReachable = (step: Step, ground: WizardData): boolean => blockedBy(step, ground) === null

/** Where a draft is gone on with: where it was left, or at what has come undone before that (a lost secret). */
export const entryStep = (step: Step, ground: WizardData): Step => blockedBy(step, ground) ?? step

function isFinished(step: Step, ground: WizardData): boolean {
  if (step === 'name') return checkName(ground.settings.name) === null
  if (step === 'chatra') return ground.checked.chatra !== 'no' && ground.has.chatraSecretKey
  if (step === 'planfix') return ground.checked.planfix === 'accepted' && ground.has.planfixToken
  if (step === 'webhooks') return ground.active
  return true
}

/** The connection has to carry messages, with all that was chosen, before this step makes sense. */
export const needsActive = (step: Step): boolean => STEPS.indexOf(step) >= STEPS.indexOf('webhooks')

/** The step where the field of an error is put right; null when none of them has it. */
export function stepOf(field: string | null): Step | null {
  if (field === null) return null
  const [, step] = FIELDS.find(([start]) => field === start || field.startsWith(`${start}.`)) ?? []
  return step ?? null
}
/** The longer ones first. */
const FIELDS: readonly (readonly [string, Step])[] = [
  ['chatra.agent', 'templates'],
  ['chatra', 'chatra'],
  ['planfix.baseUrl', 'planfix'],
  ['planfix.webUrl', 'planfix'],
  ['planfix.token', 'planfix'],
  ['planfix', 'templates'],
  ['name', 'name'],
  ['employees', 'employees'],
  ['options', 'options'],
  ['publicAddress', 'address'],
]

export const nextStep = (step: Step): Step => STEPS[STEPS.indexOf(step) + 1] ?? step
export const previousStep = (step: Step): Step | null => STEPS[STEPS.indexOf(step) - 1] ?? null

/** The later one of two steps. */
export const later = (a: Step, b: Step): Step => (STEPS.indexOf(a) >= STEPS.indexOf(b) ? a : b)

export interface StepPlace {
  step: Step
  state: 'done' | 'current' | 'open'
  /** It can be gone to. */
  reachable: boolean
}

/** The list of steps beside the form. `furthest` is the last step that was ever shown. */
export function places(current: Step, furthest: Step, ground: WizardData): StepPlace[] {
  const seen = STEPS.indexOf(furthest)
  return STEPS.map((step, index) => ({
    step,
    state: step === current ? 'current' : index < seen && isFinished(step, ground) ? 'done' : 'open',
    reachable: isReachable(step, ground),
  }))
}

/** Rights that Planfix refused and without which nothing can be carried: the wizard goes no further without them. */
export const blockingScopes = (scopes: readonly ScopeFinding[]): ScopeFinding[] =>
  scopes.filter((one) => one.needed === 'always' && one.result === 'missing')

/** What the rights are needed for, in the order they are shown; what is missing first. */
export function scopeGroups(
  scopes: readonly ScopeFinding[],
): { needed: ScopeFinding['needed']; scopes: ScopeFinding[] }[] {
  const groups = (['always', 'employees', 'files', 'visits', 'tidying'] as const).map((needed) => ({
    needed,
    scopes: scopes.filter((one) => one.needed === needed),
  }))
  const lacks = (group: { scopes: ScopeFinding[] }) => group.scopes.some((one) => one.result === 'missing')
  return groups.filter((group) => group.scopes.length > 0).sort((a, b) => Number(lacks(b)) - Number(lacks(a)))
}

/** The rights as Planfix lists them, each once, to tick in one go. */
export const scopesToTick = (scopes: readonly ScopeFinding[]): string[] =>
  scopes.filter((one) => one.result === 'missing').map((one) => one.scope)
