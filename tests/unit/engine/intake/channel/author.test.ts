import { describe, expect, test } from 'vitest'
import { authorOf, isSameName } from '../../../../../src/main/engine/intake/channel/author.ts'

const ANA = { id: 5, name: 'Ana Rusu' }
const ION = { id: 6, name: 'Ion Rusu' }
const OTHER_ANA = { id: 7, name: 'Rusu Ana' }
const from = (authorName: string, authorId: number | null, people = [ANA, ION]) =>
  authorOf({ authorName, authorId }, people)

describe('the author of a reply', () => {
  test('the number in the picture counts when its employee has the name', () => {
    expect(from('Ana Rusu', 5)).toEqual({ id: 5, name: 'Ana Rusu', by: 'picture', mayBe: [5] })
  })
  test('the number in the picture decides between two employees of one name', () => {
    expect(from('Ana Rusu', 7, [ANA, OTHER_ANA])).toEqual({
      id: 7,
      name: 'Ana Rusu',
      by: 'picture',
      mayBe: [5, 7],
    })
  })
  test('the only employee of a name is its author without a picture', () => {
    expect(from('Ana Rusu', null)).toEqual({ id: 5, name: 'Ana Rusu', by: 'name', mayBe: [5] })
  })
  test('the name counts more than the picture of another employee', () => {
    expect(from('Ana Rusu', 6)).toEqual({ id: 5, name: 'Ana Rusu', by: 'name', mayBe: [5] })
  })
  test('the author is unknown when two employees have the name', () => {
    expect(from('Ana Rusu', null, [ANA, ION, OTHER_ANA])).toEqual({
      id: null,
      name: 'Ana Rusu',
      by: 'unknown',
      mayBe: [5, 7],
    })
  })
  test('the author is unknown when no employee has the name, whatever the picture says', () => {
    expect(from('Dan Lupu', 5)).toEqual({ id: null, name: 'Dan Lupu', by: 'unknown', mayBe: [] })
    expect(from('', 5)).toEqual({ id: null, name: '', by: 'unknown', mayBe: [] })
  })
})

describe('two spellings of a name', () => {
  test.each([
    ['Ana Rusu', 'Rusu Ana'],
    ['Ana Rusu', '  ANA   rusu '],
    ['Ștefan', 'S\u0326tefan'],
    ['Ana', 'Ana'],
  ])('%j and %j are one name', (a, b) => {
    expect(isSameName(a, b)).toBe(true)
  })
  test.each([
    ['Ana Rusu', 'Ana'],
    ['Ana Rusu', 'Anarusu'],
    ['Ana', 'Ion'],
    ['', ''],
    ['  ', ''],
  ])('%j and %j are not one name', (a, b) => {
    expect(isSameName(a, b)).toBe(false)
  })
})
