import { expect, test } from 'vitest'
import {
  licenceOf,
  licenceProblems,
  listOf,
  type Shipped,
  textsOf,
  together,
} from '../../../scripts/licences.ts'

const entry = (changes: Partial<Shipped>): Shipped => ({
  name: 'a-package',
  version: '1.2.3',
  licence: 'MIT',
  text: 'Permission is granted',
  parts: ['program'],
  ...changes,
})

test.each(['MIT', 'MIT OR Apache-2.0', '(MIT OR GPL-3.0)', 'MIT AND ISC AND BSD-3-Clause'])(
  'the licence %s may be shipped',
  (licence) => {
    expect(licenceProblems([entry({ licence })])).toEqual([])
  },
)

test.each([
  'GPL-3.0',
  'AGPL-3.0-only OR SSPL-1.0',
  'MIT AND LGPL-3.0',
  'SEE LICENSE IN LICENSE',
  'UNLICENSED',
])('the licence %s is refused, by package and version', (licence) => {
  expect(licenceProblems([entry({ licence })])).toEqual([`a-package 1.2.3: ${licence}`])
})

test('a package without a licence is refused', () => {
  expect(licenceProblems([entry({ licence: '' })])).toEqual(['a-package 1.2.3: names no licence'])
  expect(licenceOf({})).toBe('')
})

test('an old package lists its licences: one allowed licence is enough', () => {
  expect(licenceOf({ licenses: [{ type: 'MIT' }] })).toBe('MIT')
  expect(licenceOf({ licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] })).toBe('MIT OR GPL-2.0')
})

test('a package is listed once per version, sorted, with all parts that contain it', () => {
  const entries = together([
    entry({ name: 'zod', parts: ['program'] }),
    entry({ name: 'a', version: '2.0.0' }),
    entry({ name: 'a', version: '1.0.0' }),
    entry({ name: 'zod', parts: ['page'] }),
  ])
  expect(listOf(entries).split('\n').slice(-4)).toEqual([
    '| a | 1.0.0 | MIT | program |',
    '| a | 2.0.0 | MIT | program |',
    '| zod | 1.2.3 | MIT | program, page |',
    '',
  ])
})

test("the texts contain each package's text, or say that it has none", () => {
  const texts = textsOf([entry({}), entry({ name: 'b', licence: 'ISC', text: '' })])
  expect(texts).toContain('a-package 1.2.3 (MIT)\n\nPermission is granted\n')
  expect(texts).toContain('b 1.2.3 (ISC)\n\nThe package brings no text. Its licence: ISC.\n')
})
