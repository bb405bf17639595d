import { describe, expect, test } from 'vitest'
import { countsOf, groupsOf, placeOf } from '../../../../../src/renderer/pages/diagnostics/groups.ts'
import type { CheckReport } from '../../../../../src/shared/api/diagnostics.ts'

const report = (
  id: number,
  result: CheckReport['result'],
  connectionId: string | null = 'shop',
): CheckReport => ({
  id,
  connectionId,
  title: { key: 'diagnostics.title.token', params: {} },
  result,
  detail: { key: 'diagnostics.detail.off', params: {} },
  todo: null,
})
describe('the list of findings', () => {
  test('findings show failures first, then warnings, each by number', () => {
    const [group] = groupsOf([
      report(3, 'warning'),
      report(4, 'failed'),
      report(5, 'ok'),
      report(6, 'skipped'),
      report(7, 'warning'),
      report(8, 'failed'),
    ])
    expect(group?.attention.map(({ id }) => id)).toEqual([4, 8, 3, 7])
    expect(group?.passed.map(({ id }) => id)).toEqual([5])
    expect(group?.skipped.map(({ id }) => id)).toEqual([6])
  })

  test('the connection with the worst finding is first, equal ones in their order', () => {
    const groups = groupsOf([
      report(1, 'ok', null),
      report(3, 'ok', 'a'),
      report(3, 'warning', 'b'),
      report(3, 'failed', 'c'),
      report(3, 'warning', 'd'),
    ])
    expect(groups.map(({ connectionId }) => connectionId)).toEqual(['c', 'b', 'd', null, 'a'])
  })

  test('findings are counted by result', () => {
    expect(countsOf([report(1, 'ok'), report(2, 'failed'), report(3, 'ok')])).toEqual({
      failed: 1,
      warning: 0,
      ok: 2,
      skipped: 0,
    })
  })
})

test.each([
  [15, 'shop', null],
  [22, 'shop', '/settings/shop'],
  [26, 'shop', '/employees/shop'],
  [32, 'shop', '/settings/~address'],
  [2, null, null],
])('check %i is fixed at the right page', (id, connectionId, href) => {
  expect(placeOf(report(id, 'failed', connectionId))?.href ?? null).toBe(href)
})
