import { expect, test } from 'vitest'
import { isOurs } from '../../../../src/main/diagnostics/probe/runner.ts'
import { get, look, NOWHERE, post, remove } from '../../../../src/main/diagnostics/probe/steps.ts'

const own = { task: new Set([7]), contact: new Set([92]), comment: new Set([50]) }
const step = { scope: 'task_readonly', about: 'task' } as const

test.each([
  ['its task', get('/task/7', step)],
  ['a task that nobody has', get(`/task/${NOWHERE}`, step)],
  ['a change of its task', post('/task/7', step)],
  ['a comment in its task', post('/task/7/comments/', step)],
  ['a change of its comment', post('/task/7/comments/50', step)],
  ['its comment', get('/comment/50', step)],
  ['the deletion of its comment', remove('/comment/50', step)],
  ['its contact', get('/contact/92', step)],
  ['a list', look('/task/list', step)],
  ['a sign of life', get('/ping', step)],
])('%s may be asked for', (_name, asked) => {
  expect(isOurs(asked, own, false)).toBe(true)
})

test.each([
  ['another task', get('/task/8', step)],
  ['a change of another task', post('/task/8', step)],
  ['a write to a task that nobody has', post(`/task/${NOWHERE}`, step)],
  ['a comment in another task', post('/task/8/comments/', step)],
  ['comments of another task', look('/task/8/comments/list', step)],
  ['another comment of its task', post('/task/7/comments/51', step)],
  ['the deletion of another comment', remove('/comment/51', step)],
  ['another contact', get('/contact/7', step)],
  ['a new task outside of the set-up', post('/task/', step)],
  ['a new contact outside of the set-up', post('/contact/', step)],
  ['anything else that writes', post('/datatag/entry/', step)],
])('%s may not', (_name, asked) => {
  expect(isOurs(asked, own, false)).toBe(false)
})

test('the set-up makes a task and a contact, and nothing else', () => {
  expect([post('/task/', step), post('/contact/', step)].map((one) => isOurs(one, own, true))).toEqual([
    true,
    true,
  ])
  expect([post('/task/8', step), post('/file/', step)].map((one) => isOurs(one, own, true))).toEqual([
    false,
    false,
  ])
})
