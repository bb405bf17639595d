import { expect, test } from 'vitest'
import {
  fieldsToWrite,
  givenBy,
  holdsEmail,
  isInField,
  isMailAddress,
  notOn,
  planCard,
  writable,
  writtenOn,
  written as writtenTo,
} from '../../../../../src/main/engine/delivery/planfix/introduction.ts'
import { conversation, profile } from '../../../../support/builders.ts'
import { settingsOf } from '../../values.ts'

const card = (changes = {}) => ({ name: 'Purple Fox', email: null, phones: [], otherEmails: [], ...changes })
const written = { name: 'Purple Fox', email: null, phone: null }
const given = { name: 'Anna', email: 'anna@example.com', phone: '+373 600 00 000' }

test("a card with only the bridge's values accepts all values", () => {
  expect(fieldsToWrite(card(), written, given)).toEqual(given)
})

test.each([
  ['name', card({ name: 'Anna Popa (VIP)' }), { email: given.email, phone: given.phone }],
  ['e-mail', card({ email: 'office@example.com' }), { name: 'Anna', phone: given.phone }],
  ['phone', card({ phones: ['+373 22 000 000'] }), { name: 'Anna', email: given.email }],
])('a %s typed by a person is never overwritten', (_field, typed, expected) => {
  expect(fieldsToWrite(typed, written, given)).toEqual(expected)
})

test('an existing value, in any spelling, is not written again', () => {
  const full = card({ name: 'Anna', email: 'Anna@Example.com', phones: ['+37360000000'] })
  expect(fieldsToWrite(full, written, given)).toEqual({})
  expect(
    fieldsToWrite(card({ name: 'Anna', otherEmails: ['anna@example.com'] }), written, {
      ...given,
      phone: null,
    }),
  ).toEqual({})
})

test('values written on one card do not count for another', () => {
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
])('the value %s is missing on the card', (_what, given, missing) => {
  const typed = card({ name: 'Anna Popa', phones: ['022'] })
  const all = { name: null, email: null, phone: null, ...given }
  expect(planCard(typed, { name: null, email: null, phone: null }, all, false)).toEqual({
    fields: {},
    missing,
  })
})

test("a client's values are compared in Planfix's form", () => {
  const nothing = { name: null, email: null, phone: null }
  expect(givenBy(profile())).toEqual(nothing)
  expect(givenBy(profile({ name: ' <Anna> ', email: 'a@b.example', phone: '+1' }))).toEqual({
    name: '‹Anna›',
    email: 'a@b.example',
    phone: '+1',
  })
  expect(givenBy(profile({ name: '\u200b' }))).toEqual(nothing)
})

test("a card's own values are those written on it, and none before a write", () => {
  const nothing = { name: null, email: null, phone: null }
  expect(writtenTo(92, { phone: '+1' })).toEqual({ card: 92, ...nothing, phone: '+1' })
  expect(writtenOn(conversation({ contactId: 92, contactWritten: null }))).toEqual(nothing)
  const ofNone = { card: null as unknown as number, ...nothing, name: 'Anna' }
  expect(writtenOn(conversation({ contactId: null, contactWritten: ofNone }))).toEqual(nothing)
})

test('only values that Planfix accepts are written', () => {
  expect(writable({ name: null, email: null, phone: null })).toEqual({})
  expect(writable({ name: 'Anna', email: 'a@b.example', phone: '0' })).toEqual({
    name: 'Anna',
    email: 'a@b.example',
    phone: '0',
  })
  expect(writable({ name: null, email: 'a@b', phone: 'call me' })).toEqual({})
})

test('a particular that is written is not missing', () => {
  const nothing = { name: null, email: null, phone: null }
  const email = 'anna@example.com'
  expect(planCard(card(), nothing, { ...nothing, email }, false)).toEqual({ fields: { email }, missing: [] })
  expect(planCard(card(), nothing, { ...nothing, email }, true)).toEqual({ fields: {}, missing: ['email'] })
})

test('a phone written by the bridge is replaced, others are not', () => {
  const ours = { name: null, email: null, phone: '+1 23' }
  const given = { name: null, email: null, phone: '456' }
  expect(fieldsToWrite(card({ phones: ['123'] }), ours, given)).toEqual({ phone: '456' })
  expect(fieldsToWrite(card({ phones: ['999'] }), ours, given)).toEqual({})
  expect(fieldsToWrite(card({ phones: ['123', '999'] }), ours, given)).toEqual({})
  expect(fieldsToWrite(card({ phones: ['123'] }), { ...ours, phone: null }, given)).toEqual({})
  expect(fieldsToWrite(card({ phones: ['123'] }), ours, { ...given, phone: null })).toEqual({})
})

test('an address written by the bridge is replaced, an existing name is not repeated', () => {
  const ours = { name: 'Anna', email: 'Old@example.com', phone: null }
  const full = card({ name: 'Anna', email: 'old@example.com' })
  expect(fieldsToWrite(full, ours, { name: 'Anna', email: 'new@example.com', phone: null })).toEqual({
    email: 'new@example.com',
  })
  expect(fieldsToWrite(full, ours, { name: 'Ana', email: null, phone: null })).toEqual({ name: 'Ana' })
})

test('values that a reader finds on the card are not missing', () => {
  const nothing = { name: null, email: null, phone: null }
  const full = card({
    name: 'Anna Popa',
    email: 'anna@example.com',
    otherEmails: ['a@b.example'],
    phones: ['n/a', '022'],
  })
  expect(notOn(full, nothing)).toEqual([])
  expect(notOn(full, { ...nothing, email: 'ANNA@example.com ' })).toEqual([])
  expect(notOn(full, { ...nothing, email: 'a@b.example' })).toEqual([])
  expect(notOn(full, { ...nothing, email: 'c@d.example' })).toEqual(['email'])
  expect(notOn(full, { ...nothing, phone: 'n/a' })).toEqual([])
  expect(notOn(full, { ...nothing, phone: 'none' })).toEqual(['phone'])
  expect(notOn(full, { ...nothing, phone: '033' })).toEqual(['phone'])
  expect(notOn(full, { ...nothing, name: 'Ann' })).toEqual(['name'])
  expect(holdsEmail(full, 'A@B.example')).toBe(true)
  expect(holdsEmail(full, 'c@d.example')).toBe(false)
})

test('the place of the address decides whether Planfix mails it', () => {
  const kept = (clientEmail: string) =>
    settingsOf({
      options: { clientEmail },
      planfix: { baseUrl: 'https://a.example/rest', clientEmailField: 7 },
    })
  expect(['card', 'field', 'description'].map((where) => isMailAddress(kept(where)))).toEqual([
    true,
    false,
    false,
  ])
  expect(['card', 'field', 'description'].map((where) => isInField(kept(where)))).toEqual([
    false,
    true,
    false,
  ])
})
