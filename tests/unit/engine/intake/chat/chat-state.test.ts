import { expect, test } from 'vitest'
import { knownMessage, nameOf, originKeyOf } from '../../../../../src/main/engine/intake/chat/chat-state.ts'
import { fingerprint } from '../../../../../src/main/engine/text.ts'
import { message, profile } from '../../../../support/builders.ts'
import { chatEvent, chatState, said } from '../../values.ts'

test('a client is called what he gave, else what Chatra made up, else by his address or his number', () => {
  const all = { id: 'abcdefghi', name: 'Anna', displayedName: 'Purple Fox', email: 'anna@mail.example' }
  expect(nameOf(profile(all))).toBe('Anna')
  expect(nameOf(profile({ ...all, name: null }))).toBe('Purple Fox')
  expect(nameOf(profile({ ...all, name: null, displayedName: null }))).toBe('anna@mail.example')
  expect(nameOf(profile({ id: 'abcdefghi', displayedName: null }))).toBe('Client abcdef')
})

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
