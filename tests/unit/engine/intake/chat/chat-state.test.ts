import { expect, test } from 'vitest'
import { knownMessage, originKeyOf } from '../../../../../src/main/engine/intake/chat/chat-state.ts'
import { fingerprint } from '../../../../../src/main/engine/text.ts'
import { message } from '../../../../support/builders.ts'
import { chatEvent, chatState, said } from '../../values.ts'

test('a message is the same when it has the same id, else the same author, kind, time and words', () => {
  expect(originKeyOf('anna', said({ id: 'm1' }))).toBe('c:m1')
  expect(originKeyOf('anna', said({ id: null, at: 500 }))).toBe(`t:anna:client:500:${fingerprint('Hello')}`)
  expect(originKeyOf('anna', said({ id: null, at: null }))).toBeNull()
})

test('a message is known when one with its key is', () => {
  const known = message()
  const state = chatState({ known: new Map([['c:m1', known]]) })
  expect(knownMessage(chatEvent(), said({ id: 'm1' }), state)).toBe(known)
  expect(knownMessage(chatEvent(), said({ id: 'm2' }), state)).toBeNull()
  expect(knownMessage(chatEvent(), said({ id: null, at: null }), state)).toBeNull()
})
