import { expect, test } from 'vitest'
import { fieldsToWrite } from '../../../src/main/engine/delivery/chores/introduce.ts'

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
