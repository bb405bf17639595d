import { expect, test } from 'vitest'
import {
  isTrouble,
  nextTry,
  retryDelay,
  settlesAt,
  waitsUntil,
} from '../../../../src/main/engine/delivery/retry.ts'
import { bridgeError, type ErrorCode } from '../../../../src/shared/errors.ts'

test('delays double from one second to five minutes, with up to a fifth of jitter', () => {
  const none = () => 0
  expect([1, 2, 3, 9, 10].map((failures) => retryDelay(failures, none))).toEqual([
    1000, 2000, 4000, 256_000, 300_000,
  ])
  expect(retryDelay(0, none)).toBe(1000)
  expect(retryDelay(1, () => 0.5)).toBe(1100)
  expect(retryDelay(9, () => 0.99)).toBe(300_000)
})

test('a time named by the service is used as long as it is in the future', () => {
  const at = (time: number) => bridgeError('planfix', 'rate-limited', '', { retry: { when: 'at', time } })
  expect(nextTry(at(5_001), 1, 5_000, () => 0)).toBe(5_001)
  expect(nextTry(at(5_000), 1, 5_000, () => 0)).toBe(6_000)
  expect(nextTry(bridgeError('planfix', 'failing', ''), 2, 5_000, () => 0)).toBe(7_000)
})

test.each([
  ['failing', true],
  ['unclear', true],
  ['bad-answer', true],
  ['unreachable', true],
  ['rate-limited', true],
  ['refused', false],
  ['wrong-keys', false],
  ['daily-limit', false],
  ['object-gone', false],
] as [ErrorCode, boolean][])('the code "%s" is temporary: %s', (code, passes) => {
  expect(isTrouble(bridgeError('planfix', code, ''))).toBe(passes)
})

test('a delay is void once it is over, or once the service has recovered since', () => {
  const queue = { failures: 1, notBefore: 20_000, failedAt: 10_000 }
  expect(waitsUntil(queue, 0, 19_999)).toBe(20_000)
  expect(waitsUntil(queue, 0, 20_000)).toBe(0)
  expect(waitsUntil(queue, 9_999, 15_000)).toBe(20_000)
  expect(waitsUntil(queue, 10_000, 15_000)).toBe(0)
})

test('a delay set by a clock that was ahead is void', () => {
  const queue = { failures: 1, notBefore: 20_000, failedAt: 10_000 }
  expect(waitsUntil(queue, 0, 9_999)).toBe(0)
  expect(waitsUntil(queue, 0, 10_000)).toBe(20_000)
  const old = { failures: 1, notBefore: 700_000 }
  expect(waitsUntil(old, 0, 100_000)).toBe(700_000)
  expect(waitsUntil(old, 0, 99_999)).toBe(0)
})

test('an indeterminate write settles after two seconds, after six with a time-out', () => {
  expect(settlesAt({ startedAt: 0, unclearAt: 1_000, answered: true })).toBe(3_000)
  expect(settlesAt({ startedAt: 0, unclearAt: 10_000, answered: false })).toBe(16_000)
})

test('a write under way when the process ended settles no earlier than one that timed out', () => {
  expect(settlesAt({ startedAt: 500, unclearAt: null, answered: false })).toBe(16_500)
})
