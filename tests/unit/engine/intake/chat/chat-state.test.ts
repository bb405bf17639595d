import { expect, test } from 'vitest'
import { knownMessage, originKeyOf } from '../../../../../src/main/engine/intake/chat/chat-state.ts'
import { fingerprint } from '../../../../../src/main/engine/text.ts'
import { message } from '../../../../support/builders.ts'
import { chatEvent, chatState, said } from '../../values.ts'

test('messages with the same id are equal, else with author, kind, time and text', () => {
  expect(originKeyOf('anna', said({ id: 'm1' }))).toBe('c:m1')
  expect(originKeyOf('anna', said({ id: null, at: 500 }))).toBe(`t:anna:client:500:${fingerprint('Hello')}`)
  expect(originKeyOf('anna', said({ id: null, at: null }))).toBeNull()
})

test('a message is known when its key is known', () => {
  const known = message()
  const state = chatState({ known: new Map([['c:m1', known]]) })
  expect(knownMessage(chatEvent(), said({ id: 'm1' }), state)).toBe(known)
  expect(knownMessage(chatEvent(), said({ id: 'm2' }), state)).toBeNull()
  expect(knownMessage(chatEvent(), said({ id: null, at: null }), state)).toBeNull()
})
