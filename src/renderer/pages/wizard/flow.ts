import { type Draft, type ScopeFinding, STEPS, type Step } from '../../../shared/api/setup.ts'

/** The data that the order of the wizard's steps depends on. */
export type WizardData = Pick<Draft, 'has' | 'checked' | 'active'>

/**
 * The step that must be finished before `step` can be entered; null when there is none. Steps with only
 * optional choices block no other step, as each choice has a good default.
 */
export function blockedBy(step: Step, ground: WizardData): Step | null {
  const until = STEPS.indexOf(step)
  return STEPS.slice(0, until).find((one) => !isFinished(one, ground)) ?? null
}

export const isReachable = (step: Step, ground: WizardData): boolean => blockedBy(step, ground) === null

/**
 * Where a draft continues: where it was left, or at an earlier step that became incomplete (a lost secret).
 */
export const entryStep = (step: Step, ground: WizardData): Step => blockedBy(step, ground) ?? step

function isFinished(step: Step, ground: WizardData): boolean {
  if (step === 'chatra') return ground.checked.chatra !== 'no' && ground.has.chatraSecretKey
  if (step === 'planfix') return ground.checked.planfix === 'accepted' && ground.has.planfixToken
  if (step === 'address') return ground.active
  return true
}

/** The connection must deliver messages, with all choices, before this step makes sense. */
export const needsActive = (step: Step): boolean => STEPS.indexOf(step) >= STEPS.indexOf('address')

/** The step in which the field of an error is corrected; null when no step contains it. */
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
  ['name', 'templates'],
  ['employees', 'templates'],
  ['options', 'templates'],
  ['publicAddress', 'address'],
]

export const nextStep = (step: Step): Step => STEPS[STEPS.indexOf(step) + 1] ?? step
export const previousStep = (step: Step): Step | null => STEPS[STEPS.indexOf(step) - 1] ?? null

/** The later one of two steps. */
export const later = (a: Step, b: Step): Step => (STEPS.indexOf(a) >= STEPS.indexOf(b) ? a : b)

export interface StepPlace {
  step: Step
  state: 'done' | 'current' | 'open'
  /** It can be entered. */
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

/** Refused rights that are required for any message: the wizard does not continue without them. */
export const blockingScopes = (scopes: readonly ScopeFinding[]): ScopeFinding[] =>
  scopes.filter((one) => one.needed === 'always' && one.result === 'missing')

/** The rights in Planfix's order, without duplicates, to tick them in one pass. */
export const scopesToTick = (scopes: readonly ScopeFinding[]): string[] =>
  scopes.filter((one) => one.result === 'missing').map((one) => one.scope)
