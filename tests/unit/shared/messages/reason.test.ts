import { describe, expect, it } from 'vitest'
import {
  isInternal,
  isKeptFromClient,
  parseReason,
  printReason,
  type Reason,
} from '../../../../src/shared/messages/reason.ts'

const stored: readonly (readonly [string, Reason])[] = [
  [
    'planfix: refused (400 "too long")',
    { kind: 'service', side: 'planfix', code: 'refused', detail: '400 "too long"' },
  ],
  ['chatra: unclear (a\nb (c))', { kind: 'service', side: 'chatra', code: 'unclear', detail: 'a\nb (c)' }],
  ['chatra: failing ()', { kind: 'service', side: 'chatra', code: 'failing', detail: '' }],
  ['paused: loop-turns', { kind: 'paused', why: 'loop-turns' }],
  ['own-echo (message 12)', { kind: 'own-echo', messageId: 12 }],
  ['put-aside: TypeError: x\nis no function', { kind: 'put-aside', fault: 'TypeError: x\nis no function' }],
  ['unknown event "chatRated"', { kind: 'unknown-event', name: 'chatRated' }],
  ['not-arrived', { kind: 'word', word: 'not-arrived' }],
  ['retried by hand', { kind: 'word', word: 'retried by hand' }],
  ['messages[0].type: expected string', { kind: 'word', word: 'messages[0].type: expected string' }],
]

describe('a reason', () => {
  it.each(stored)('the reason %j is read as intended, and printed as it is stored', (text, reason) => {
    expect(parseReason(text)).toEqual(reason)
    expect(printReason(reason)).toBe(text)
  })

  it('a reason of a service without an answer has no detail', () => {
    expect(parseReason('planfix: unreachable')).toMatchObject({ code: 'unreachable', detail: '' })
  })

  it.each(['planfix: toString (x)', 'planfix: of no known code (x)', 'own-echo', 'own-echo (message x)', ''])(
    'the reason %j has no structure and stays a word',
    (word) => expect(parseReason(word)).toEqual({ kind: 'word', word }),
  )
})

it.each([
  ['internal-hidden', true, true],
  ['internal-client-not-notified', true, true],
  ['employee-not-allowed', false, true],
  ['deleted-before-sent', false, false],
  [null, false, false],
])('%s: internal %s, kept from the client %s', (reason, internal, kept) => {
  expect(isInternal(reason)).toBe(internal)
  expect(isKeptFromClient(reason)).toBe(kept)
})
