import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import {
  commentList,
  contactList,
  created,
  dataTagList,
  taskList,
  updated,
  validationError,
} from '../../../src/main/planfix/schemas.ts'

const problem = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value)
  return parsed.success ? null : validationError(parsed.error)
}

describe('ids', () => {
  test.each([5, '5', 'contact:5'])('the id %j is the number 5', (id) => {
    expect(contactList.parse({ contacts: [{ id }] }).contacts[0]?.id).toBe(5)
  })
  test('a person keeps its kind, and a bare number gets the expected kind', () => {
    const [task] = taskList.parse({
      tasks: [{ id: 1, assigner: { id: 'contact:92' }, counterparty: { id: 92 } }],
    }).tasks
    expect(task?.assigner?.id).toBe('contact:92')
    expect(task?.counterparty?.id).toBe('contact:92')
  })
  test('an unset person may be null, empty or absent', () => {
    for (const assigner of [null, undefined, {}, { id: '' }, { id: null }]) {
      expect(taskList.parse({ tasks: [{ id: 1, assigner }] }).tasks[0]?.assigner?.id ?? null).toBeNull()
    }
  })
})

describe('a schema mismatch is named with its path', () => {
  test('a validation error names its path inside a list', () => {
    expect(problem(taskList, { tasks: [{ id: 1 }, { id: 2, status: { id: 'new' } }] })).toBe(
      'planfix.tasks[1].status.id: expected an id like 5 or "user:5"',
    )
  })
  test('a validation error names a missing list', () => {
    expect(problem(taskList, { result: 'success' })).toBe('planfix.tasks: expected array, received undefined')
  })
  test('a validation error names a wrong type', () => {
    expect(problem(commentList, { comments: [{ id: 1, description: 7 }] })).toBe(
      'planfix.comments[0].description: expected string, received number',
    )
  })
  test('a validation error names its path inside a time of two formats', () => {
    expect(problem(commentList, { comments: [{ id: 1, dateTime: { date: 5 } }] })).toBe(
      'planfix.comments[0].dateTime.date: expected string, received number',
    )
  })
  test('a validation error describes a body that is no object', () => {
    expect(problem(created, 'ok')).toBe('planfix: expected object, received string')
  })
})

describe('failures of an update', () => {
  test.each([
    [[{ field: 'counterparty', error: 'no' }], ['counterparty']],
    [{ field: 'assigner', error: 'no' }, ['assigner']],
    [[], []],
    [{}, []],
    [null, []],
    [undefined, []],
  ])('the failures of an update are read: %j', (failures, expected) => {
    expect(updated.parse({ failures })).toEqual(expected)
  })
  test('an empty body contains no failures', () => {
    expect(updated.parse(undefined)).toEqual([])
  })
})

test('data tags are read under either key', () => {
  for (const key of ['dataTags', 'dataTag']) expect(dataTagList.parse({ [key]: [{ id: 4 }] })[0]?.id).toBe(4)
  expect(problem(dataTagList, {})).toBe('planfix.dataTags: expected array')
})

test('extra fields are tolerated', () => {
  expect(problem(created, { id: 1, result: 'success', more: { deep: true } })).toBeNull()
})
