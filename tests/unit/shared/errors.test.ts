import { expect, test } from 'vitest'
import {
  assertNever,
  bridgeError,
  type ErrorCode,
  fail,
  needsOwner,
  ok,
  stopsPart,
  stopsSide,
} from '../../../src/shared/errors.ts'

test('only codes that concern a part of the work stop a part', () => {
  const codes = ['missing-scope', 'wrong-chat-token', 'wrong-keys', 'unreachable', 'refused'] as const
  expect(codes.filter((code) => stopsPart(bridgeError('planfix', code, 'HTTP 400')))).toEqual([
    'missing-scope',
    'wrong-chat-token',
  ])
})

/** [code, certain, tried again, stops the whole side, the owner must act] */
test.each<[ErrorCode, boolean, boolean, boolean, boolean]>([
  ['wrong-keys', true, true, true, true],
  ['no-plan', true, true, true, true],
  ['unpaid', true, true, true, true],
  ['daily-limit', true, true, true, true],
  ['missing-scope', true, true, false, true],
  ['wrong-chat-token', true, true, false, true],
  ['object-gone', true, false, false, false],
  ['rate-limited', true, true, true, false],
  ['unreachable', true, true, true, false],
  ['unclear', false, true, false, false],
  ['failing', true, true, false, false],
  ['refused', true, false, false, false],
  ['bad-answer', false, true, false, false],
])('%s: certain %s, tried again %s, stops the side %s, the owner must act %s', (code, ...rules) => {
  const error = bridgeError('planfix', code, 'HTTP 400')
  expect([error.certain, error.retry.when !== 'never', stopsSide(error), needsOwner(error)]).toEqual(rules)
})

test('an error contains service, text and message; given values override the defaults', () => {
  expect(bridgeError('chatra', 'unclear', 'reset')).toEqual({
    code: 'unclear',
    side: 'chatra',
    retry: { when: 'later' },
    certain: false,
    userMessageKey: 'error.chatra.unclear',
    detail: 'reset',
  })
  expect(bridgeError('chatra', 'refused', '', { retry: { when: 'at', time: 5 }, status: 400 })).toMatchObject(
    {
      retry: { when: 'at', time: 5 },
      status: 400,
    },
  )
  expect(bridgeError('chatra', 'refused', '').retry).toEqual({ when: 'never' })
})

test('a result is a value or an error', () => {
  const error = bridgeError('chatra', 'refused', '')
  expect(ok(1)).toEqual({ ok: true, value: 1 })
  expect(fail(error)).toEqual({ ok: false, error })
})

test('an impossible value is named', () => {
  expect(() => assertNever({ do: 'x' } as never)).toThrow('unexpected {"do":"x"}')
})
