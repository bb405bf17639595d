import { describe, expect, it } from 'vitest'
import {
  blockedBy,
  blockingScopes,
  entryStep,
  isReachable,
  later,
  needsActive,
  nextStep,
  places,
  previousStep,
  scopesToTick,
  stepOf,
  type WizardData,
} from '../../../../../src/renderer/pages/wizard/flow.ts'
import { type ScopeFinding, STEPS, type Step } from '../../../../../src/shared/api/setup.ts'

const fresh: WizardData = {
  has: { chatraSecretKey: false, planfixToken: false },
  checked: { chatra: 'no', planfix: 'no' },
  active: false,
}
const withChatra: WizardData = {
  ...fresh,
  has: { chatraSecretKey: true, planfixToken: false },
  checked: { chatra: 'accepted', planfix: 'no' },
}
const withBoth: WizardData = {
  ...fresh,
  has: { chatraSecretKey: true, planfixToken: true },
  checked: { chatra: 'accepted', planfix: 'accepted' },
}
const active: WizardData = { ...withBoth, active: true }

const reachable = (ground: WizardData): Step[] => STEPS.filter((step) => isReachable(step, ground))

describe('steps that can be opened', () => {
  it('in a fresh draft only the keys of Chatra can be entered', () => {
    expect(reachable(fresh)).toEqual(['chatra'])
  })

  it('each accepted account opens the next step', () => {
    expect(reachable(withChatra).at(-1)).toBe('planfix')
    expect(reachable(withBoth).at(-1)).toBe('address')
    expect(reachable(active)).toEqual([...STEPS])
  })

  it('keys that could not be verified block no step', () => {
    const unverified: WizardData = { ...withChatra, checked: { chatra: 'unverified', planfix: 'no' } }
    expect(isReachable('planfix', unverified)).toBe(true)
  })

  it('optional choices block no step: they have defaults', () => {
    for (const step of ['templates', 'address'] as const) expect(isReachable(step, withBoth)).toBe(true)
  })

  it('a lost secret blocks its step, also in an active connection', () => {
    const lost: WizardData = { ...active, has: { chatraSecretKey: false, planfixToken: true } }
    expect(blockedBy('test', lost)).toBe('chatra')
    expect(isReachable('planfix', lost)).toBe(false)
  })
})

describe('the step at which a draft continues', () => {
  it('a draft continues where it was left', () => {
    expect(entryStep('templates', withBoth)).toBe('templates')
    expect(entryStep('chatra', fresh)).toBe('chatra')
  })

  it('a draft continues at an earlier step that became incomplete', () => {
    expect(entryStep('test', { ...active, has: { chatraSecretKey: true, planfixToken: false } })).toBe(
      'planfix',
    )
    expect(entryStep('done', withBoth)).toBe('address')
  })
})

it('steps follow one another, and the ends stay at the ends', () => {
  expect(nextStep('chatra')).toBe('planfix')
  expect(nextStep('done')).toBe('done')
  expect(previousStep('planfix')).toBe('chatra')
  expect(previousStep('chatra')).toBeNull()
  expect(later('planfix', 'chatra')).toBe('planfix')
  expect(later('chatra', 'chatra')).toBe('chatra')
})

it('the connection must be active from the step of its address on, and not before', () => {
  expect(STEPS.filter(needsActive)).toEqual(['address', 'test', 'done'])
})

describe('the list of steps', () => {
  const states = (current: Step, furthest: Step, ground: WizardData) =>
    Object.fromEntries(places(current, furthest, ground).map((place) => [place.step, place.state]))

  it('passed steps are marked as done, merely reachable ones are not', () => {
    const list = states('templates', 'templates', withBoth)
    expect(list).toMatchObject({ chatra: 'done', planfix: 'done', templates: 'current', address: 'open' })
  })

  it('later steps stay done while an earlier one is shown again', () => {
    expect(states('chatra', 'address', withBoth)).toMatchObject({ chatra: 'current', planfix: 'done' })
  })

  it('a step that became incomplete is no longer marked as done', () => {
    expect(
      states('planfix', 'address', { ...withBoth, checked: { chatra: 'no', planfix: 'accepted' } }),
    ).toMatchObject({
      chatra: 'open',
      templates: 'done',
    })
  })
})

describe('the step at which an error is corrected', () => {
  it.each([
    ['name', 'templates'],
    ['chatra.publicKey', 'chatra'],
    ['chatra.secretKey', 'chatra'],
    ['chatra.agent.email', 'templates'],
    ['planfix.baseUrl', 'planfix'],
    ['planfix.token', 'planfix'],
    ['planfix.taskTemplateId', 'templates'],
    ['employees', 'templates'],
    ['options.leaveAfterMinutes', 'templates'],
  ] as const)('the error of %s is corrected at the step %s', (field, step) => {
    expect(stepOf(field)).toBe(step)
  })

  it('an error of an unknown field is corrected outside the wizard', () => {
    expect(stepOf('retentionDays')).toBeNull()
    expect(stepOf('named')).toBeNull()
    expect(stepOf(null)).toBeNull()
  })
})

describe('rights of the token', () => {
  const found = (scope: string, needed: ScopeFinding['needed'], result: ScopeFinding['result']) => ({
    scope,
    needed,
    result,
  })

  it('only a missing required right blocks the wizard', () => {
    const scopes = [
      found('task_add', 'always', 'missing'),
      found('task_readonly', 'always', 'unknown'),
      found('file_add', 'files', 'missing'),
      found('comment_add', 'always', 'granted'),
    ]
    expect(blockingScopes(scopes).map((one) => one.scope)).toEqual(['task_add'])
    expect(scopesToTick(scopes)).toEqual(['task_add', 'file_add'])
  })
})
