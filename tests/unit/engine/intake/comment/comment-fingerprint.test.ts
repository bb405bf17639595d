import { describe, expect, test } from 'vitest'
import {
  fingerprintOf,
  GONE,
  isOfBefore,
  isUnchanged,
} from '../../../../../src/main/engine/intake/comment/comment-fingerprint.ts'
import type { PlanfixComment } from '../../../../../src/main/engine/ports.ts'
import { fingerprint } from '../../../../../src/main/engine/text.ts'
import { comment } from '../../values.ts'

const file = (id: number) => ({ id, name: `f${id}`, size: 1 })
const whole = { recipients: ['contact:92', 'user:6'], files: [file(1)], lost: ['p.png'] }
const same = (changes: Partial<PlanfixComment>) =>
  fingerprintOf(comment({ ...whole, ...changes })) === fingerprintOf(comment(whole))

/** As it is stored: it may never change. */
test('the fingerprint of a comment contains its version', () => {
  const one = comment(whole)
  const parts = ['Hello', [1, 'p.png'], ['contact:92'], false, 'user:5']
  expect(fingerprintOf(one)).toBe(`2:${fingerprint(JSON.stringify(parts))}`)
  expect(fingerprintOf(comment({ isDeleted: true }))).toBe('gone')
  expect(GONE).toBe('gone')
})

test.each<[string, Partial<PlanfixComment>, boolean]>([
  ['its words', { text: 'Bye' }, false],
  ['its files', { files: [file(2)] }, false],
  ['a picture that nobody can open', { lost: [] }, false],
  ['the hidden mark', { isHidden: true }, false],
  ['its author', { owner: 'user:7' }, false],
  ['the contacts that are notified', { recipients: ['user:6'] }, false],
  ['which employees are notified', { recipients: ['user:8', 'contact:92'] }, true],
  ['the size of a file', { files: [{ ...file(1), size: 9 }] }, true],
])('%s: the same print is %s', (_what, changes, isSame) => {
  expect(same(changes)).toBe(isSame)
})

test('the order in which contacts are notified does not matter', () => {
  const [one, other] = [
    ['contact:1', 'contact:2'],
    ['contact:2', 'contact:1'],
  ].map((recipients) => fingerprintOf(comment({ recipients })))
  expect(one).toBe(other)
})

describe('an older fingerprint, of text and files only', () => {
  const one = comment({ files: [file(1)] })
  const before = fingerprint(JSON.stringify(['Hello', [1]]))
  test('an older fingerprint is recognised by its missing version', () => {
    expect([null, GONE, fingerprintOf(one), before].map(isOfBefore)).toEqual([false, false, false, true])
  })
  test('an older fingerprint matches as long as text and files are the same', () => {
    expect(isUnchanged(before, one)).toBe(true)
    expect(isUnchanged(before, { ...one, text: 'Bye' })).toBe(false)
    expect(isUnchanged(before, { ...one, files: [] })).toBe(false)
    expect(isUnchanged(before, { ...one, isDeleted: true })).toBe(false)
  })
})

test('a comment is unchanged when its fingerprint is the same', () => {
  const one = comment()
  expect(isUnchanged(fingerprintOf(one), one)).toBe(true)
  expect(isUnchanged(fingerprintOf(one), { ...one, owner: 'user:7' })).toBe(false)
  expect(isUnchanged(null, one)).toBe(false)
  expect(isUnchanged(GONE, one)).toBe(false)
  expect(isUnchanged(GONE, { ...one, isDeleted: true })).toBe(true)
})
