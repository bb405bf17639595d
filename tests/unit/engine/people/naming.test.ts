import { expect, test } from 'vitest'
import { clientNameOf, nameOf } from '../../../../src/main/engine/index.ts'
import { profile } from '../../../support/builders.ts'

test('a client is named by the given, else the generated name, else address or id', () => {
  const all = { id: 'abcdefghi', name: 'Anna', displayedName: 'Purple Fox', email: 'anna@mail.example' }
  expect(nameOf(profile(all))).toBe('Anna')
  expect(nameOf(profile({ ...all, name: null }))).toBe('Purple Fox')
  expect(nameOf(profile({ ...all, name: null, displayedName: null }))).toBe('anna@mail.example')
  expect(nameOf(profile({ id: 'abcdefghi', displayedName: null }))).toBe('Client abcdef')
})

test('a message is named after its client, else its author, else nobody', () => {
  const author = { kind: 'client', id: 'a', name: 'As written then' } as const
  const client = { profile: profile({ id: 'a', name: 'Anna' }) }
  expect(clientNameOf({ message: { author }, client })).toBe('Anna')
  expect(clientNameOf({ message: { author }, client: null })).toBe('As written then')
  expect(clientNameOf({ message: { author: { kind: 'bridge' } }, client: null })).toBeNull()
})
