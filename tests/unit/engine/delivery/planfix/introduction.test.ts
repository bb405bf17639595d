import { expect, test } from 'vitest'
import { fieldsToWrite } from '../../../../../src/main/engine/delivery/planfix/introduction.ts'

const none = { name: null, email: null, phone: null }
const card = { name: 'Anna', email: null, otherEmails: [], phones: ['+37369123456'] }
const ours = { ...none, phone: '+37369123456' }

test('a phone that is on the card in another form is not written again', () => {
  expect(fieldsToWrite(card, ours, { ...none, phone: '+373 69 123-456' })).toEqual({})
})

test('a phone replaces the one that the bridge wrote, and no other', () => {
  const given = { ...none, phone: '+37369000000' }
  expect(fieldsToWrite(card, ours, given)).toEqual({ phone: '+37369000000' })
  expect(fieldsToWrite(card, none, given)).toEqual({})
})

test('a client without a phone leaves that of the card', () => {
  expect(fieldsToWrite(card, ours, none)).toEqual({})
})
