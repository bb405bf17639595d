import { expect, test } from 'vitest'
import { hintText } from '../../../src/main/http/body-reader.ts'

test.each([
  ['', '1041', '{"task":1041}'],
  [' \n', ' 1041 ', '{"task":1041}'],
  ['\ufeff', '1041', '{"task":1041}'],
  ['{}', '1041', '{"task":1041}'],
  ['{"task":null,"a":1}', '1041', '{"task":1041,"a":1}'],
  ['{"task": 7}', '1041', '{"task": 7}'],
  ['{"task": "7"}', '1041', '{"task": "7"}'],
  ['{"task": 7}', undefined, '{"task": 7}'],
  ['', undefined, null],
  ['', '0', null],
  ['', '-5', null],
  ['', '1e3', null],
  ['', '10, 11', null],
  ['', '9'.repeat(400), null],
  ['[1]', '1041', null],
  ['{"task": 1, "text": "a "quote""}', '1041', null],
])('the hint %j with the header %j is stored as %j', (body, header, stored) => {
  expect(hintText(body, false, header)).toBe(stored)
})

test("a form without a task gets the header's task", () => {
  expect(hintText('what=comment', true, '1041')).toBe('{"what":"comment","task":1041}')
  expect(hintText('task=7', true, '1041')).toBe('{"task":"7"}')
})
