import { describe, expect, test } from 'vitest'
import {
  chooseCompleted,
  judgeActive,
  type NamedStatus,
} from '../../../../src/main/planfix/processes/statuses.ts'

const status = (id: number, name: string, isActive: boolean | null, ...others: string[]): NamedStatus => ({
  id,
  name,
  isActive,
  names: [name, ...others],
})
const system = [
  status(0, 'Draft', false, 'Черновик'),
  status(1, 'New', true, 'Новая'),
  status(2, 'In progress', true, 'В работе'),
  status(3, 'Completed', false, 'Завершенная'),
  status(4, 'Deferred', false, 'Отложенная'),
  status(5, 'Rejected', false, 'Отклоненная'),
  status(6, 'Done', false, 'Выполненная'),
  status(7, 'Cancelled', false, 'Отмененная'),
]

describe('the completing status', () => {
  test('the completing status is number 3 where its name says so', () => {
    expect(chooseCompleted(system)).toBe(3)
  })
  test('the completing status is found by name with other numbers', () => {
    expect(chooseCompleted(system.map((one) => ({ ...one, id: one.id + 101 })))).toBe(104)
  })
  test('the completing status is not number 3 with another meaning', () => {
    expect(
      chooseCompleted([
        status(1, 'Новая', true),
        status(3, 'Отклонена', false),
        status(9, 'Завершена', false),
      ]),
    ).toBe(9)
    expect(
      chooseCompleted([status(1, 'Nou', true), status(3, 'Waiting', false), status(9, 'Finalizată', false)]),
    ).toBe(9)
    expect(chooseCompleted([status(3, 'Archive', false), status(9, 'Completed', false)])).toBe(9)
  })
  test('the completing status is not "not completed"', () => {
    expect(
      chooseCompleted([
        status(8, 'Not completed', false),
        status(9, 'Невыполненная', false),
        status(12, 'Незавершённая', false),
      ]),
    ).toBeNull()
  })
  test('the completing status is never an active one', () => {
    expect(chooseCompleted([status(3, 'Completed', true), status(9, 'Done', false)])).toBe(9)
  })
  test('the completing status is chosen among all where there are no flags', () => {
    expect(chooseCompleted(system.map((one) => ({ ...one, isActive: null })))).toBe(3)
  })
  test('the completing status is number 3 in an unknown language', () => {
    expect(chooseCompleted([status(1, 'Nowe', true), status(3, 'Koniec', false)])).toBe(3)
  })
  test('there is no completing status where nothing indicates it', () => {
    expect(chooseCompleted([status(1, 'New', true), status(8, 'Elsewhere', false)])).toBeNull()
    expect(chooseCompleted([])).toBeNull()
  })
})

describe('an active status', () => {
  const bare = (id: number, name: string, isActive: boolean | null = null) => ({ id, name, isActive })
  test('a status is active as its flag says', () => {
    expect(judgeActive(bare(1, 'New', true), [], null)).toBe(true)
    expect(judgeActive(bare(3, 'Completed', false), [], null)).toBe(false)
  })
  test('a status is active as its process says when its own flag is missing', () => {
    expect(judgeActive(bare(2, ''), system, 3)).toBe(true)
    expect(judgeActive(bare(4, ''), system, 3)).toBe(false)
  })
  test('a status is active by name where a process has no active status', () => {
    const none = system.map((one) => ({ ...one, isActive: false }))
    expect(none.map((one) => judgeActive(one, none, 3))).toEqual([
      true,
      true,
      true,
      false,
      true,
      false,
      false,
      false,
    ])
  })
  test('a status is active when only the completing one is known and differs', () => {
    expect(judgeActive(bare(55, ''), [], 55)).toBe(false)
  })
  test('a status without any indication is unknown', () => {
    expect(judgeActive(bare(55, 'Elsewhere'), [], 3)).toBeNull()
  })
})
