import { expect, test } from 'vitest'
import { emailIn, withEmail } from '../../../src/main/planfix/client-email.ts'

test.each([
  ['', 'E-mail: b@x.example'],
  ['Likes tea', 'Likes tea\nE-mail: b@x.example'],
  ['Likes tea\nE-mail: a@x.example\nVIP', 'Likes tea\nE-mail: b@x.example\nVIP'],
  ['Likes teaE-mail: a@x.example', 'Likes teaE-mail: b@x.example'],
  ['E-mail: none yet', 'E-mail: none yet\nE-mail: b@x.example'],
])('a description %j contains an address', (before, after) => {
  expect(withEmail(before, 'b@x.example')).toBe(after)
  expect(emailIn(after)).toBe('b@x.example')
})

test('a description without a line of its own has no address', () => {
  expect(emailIn('write to a@x.example')).toBeNull()
})
