import { expect, test } from 'vitest'
import {
  fieldsToWrite,
  planCard,
  writtenOn,
  written as writtenTo,
} from '../../../src/main/engine/delivery/introduction.ts'
import { conversation } from '../../support/builders.ts'

const card = (changes = {}) => ({ name: 'Purple Fox', email: null, phones: [], otherEmails: [], ...changes })
const written = { name: 'Purple Fox', email: null, phone: null }
const given = { name: 'Anna', email: 'anna@example.com', phone: '+373 600 00 000' }

test('a card that holds only what the bridge wrote takes everything', () => {
  expect(fieldsToWrite(card(), written, given)).toEqual(given)
})

test.each([
  ['name', card({ name: 'Anna Popa (VIP)' }), { email: given.email, phone: given.phone }],
  ['e-mail', card({ email: 'office@example.com' }), { name: 'Anna', phone: given.phone }],
  ['phone', card({ phones: ['+373 22 000 000'] }), { name: 'Anna', email: given.email }],
])('a %s typed by a person is never overwritten', (_field, typed, expected) => {
  expect(fieldsToWrite(typed, written, given)).toEqual(expected)
})

test('what is there already, in whatever spelling, is not written again', () => {
  const full = card({ name: 'Anna', email: 'Anna@Example.com', phones: ['+37360000000'] })
  expect(fieldsToWrite(full, written, given)).toEqual({})
  expect(
    fieldsToWrite(card({ name: 'Anna', otherEmails: ['anna@example.com'] }), written, {
      ...given,
      phone: null,
    }),
  ).toEqual({})
})

test('what was written on one card says nothing of another', () => {
  const contactWritten = writtenTo(92, { email: 'anna@example.com' })
  expect(writtenOn(conversation({ contactId: 92, contactWritten })).email).toBe('anna@example.com')
  expect(writtenOn(conversation({ contactId: 93, contactWritten })).email).toBeNull()
})

test.each([
  ['no e-mail', { email: 'anna at home' }, ['email']],
  ['a phone without digits', { phone: 'call me' }, ['phone']],
  ['a name beside a typed one', { name: 'Boris' }, ['name']],
  ['a name that is a part of the typed one', { name: 'anna' }, []],
  ['a phone that is there in another spelling', { phone: '0-22' }, []],
])('%s: missing on the card', (_what, given, missing) => {
  const typed = card({ name: 'Anna Popa', phones: ['022'] })
  const all = { name: null, email: null, phone: null, ...given }
  expect(planCard(typed, { name: null, email: null, phone: null }, all, false)).toEqual({
    fields: {},
    missing,
  })
})
