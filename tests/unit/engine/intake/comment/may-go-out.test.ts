import { expect, test } from 'vitest'
import { mayGoOut } from '../../../../../src/main/engine/intake/comment/may-go-out.ts'
import type { PlanfixComment } from '../../../../../src/main/engine/ports.ts'
import { comment, settingsOf } from '../../values.ts'

const chosen = settingsOf({
  employees: [{ planfixUserId: 'user:5' }, { planfixUserId: 'user:6', allowed: false }],
})
const wide = settingsOf({ options: { sendOnlyWhenClientIsRecipient: false } })

const ask = (changes: Partial<PlanfixComment>, settings = settingsOf(), contacts = [92]) => {
  const verdict = mayGoOut(comment(changes), settings, contacts)
  return verdict.goesOut ? 'goes out' : verdict.reason
}

test.each<[string, Partial<PlanfixComment>, string]>([
  ['an employee notifies the client', {}, 'goes out'],
  ['files alone', { text: '', files: [{ id: 1, name: 'a', size: 1 }] }, 'goes out'],
  ['the client is not notified', { recipients: ['user:6', 'contact:93'] }, 'internal-client-not-notified'],
  ['hidden, though the client is notified', { isHidden: true }, 'internal-hidden'],
  ['a contact wrote it', { owner: 'contact:92' }, 'employee-not-allowed'],
  ['nobody knows who wrote it', { owner: null }, 'employee-not-allowed'],
  ['it has been deleted', { isDeleted: true, isHidden: true }, 'deleted'],
  ['nothing is in it', { text: ' \n' }, 'empty'],
  ['nothing is in it, and it is hidden', { text: '', isHidden: true }, 'internal-hidden'],
])('%s', (_what, changes, outcome) => {
  expect(ask(changes)).toBe(outcome)
})

test("notifying any of the client's cards is enough", () => {
  expect(ask({ recipients: ['contact:7'] }, settingsOf(), [92, 7])).toBe('goes out')
  expect(ask({}, settingsOf(), [])).toBe('internal-client-not-notified')
})

test('with the wider setting no notification is needed, but hidden stays hidden', () => {
  expect(ask({ recipients: [] }, wide)).toBe('goes out')
  expect(ask({ recipients: [], isHidden: true }, wide)).toBe('internal-hidden')
})

test('once employees are listed, only allowed ones may reply', () => {
  expect(ask({ owner: 'user:5' }, chosen)).toBe('goes out')
  expect(ask({ owner: 'user:6' }, chosen)).toBe('employee-not-allowed')
  expect(ask({ owner: 'user:7' }, chosen)).toBe('employee-not-allowed')
})
