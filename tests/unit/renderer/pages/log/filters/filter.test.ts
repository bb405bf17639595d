import { describe, expect, it } from 'vitest'
import {
  boundsOf,
  filterOf,
  fits,
  isChosen,
  NO_CHOICE,
} from '../../../../../../src/renderer/pages/log/filters/filter.ts'
import { row } from '../rows.ts'

const at = (text: string) => new Date(text).getTime()
const NOW = at('2026-11-22T15:30:00')

describe('the chosen filters', () => {
  it('an empty choice requests all messages', () => {
    expect(filterOf(NO_CHOICE, NOW)).toEqual({})
    expect(isChosen(NO_CHOICE)).toBe(false)
    expect(isChosen({ ...NO_CHOICE, search: '  ' })).toBe(false)
  })

  it("states are grouped by the owner's action", () => {
    expect(filterOf({ ...NO_CHOICE, quick: 'attention' }, NOW).states).toEqual(['uncertain', 'failed'])
    expect(filterOf({ ...NO_CHOICE, quick: 'waiting' }, NOW).states).toEqual([
      'received',
      'queued',
      'sending',
      'retrying',
    ])
  })

  it('days last from midnight to midnight, both ends included', () => {
    expect(boundsOf({ span: 'today' }, NOW)).toEqual({ from: at('2026-11-22T00:00') })
    expect(boundsOf({ span: 'yesterday' }, NOW)).toEqual({
      from: at('2026-11-21T00:00'),
      to: at('2026-11-22T00:00'),
    })
    expect(boundsOf({ span: 'week' }, NOW)).toEqual({ from: at('2026-11-16T00:00') })
    expect(boundsOf({ from: '2026-10-30', to: '2026-11-01' }, NOW)).toEqual({
      from: at('2026-10-30T00:00'),
      to: at('2026-11-02T00:00'),
    })
  })
})

describe('a new message', () => {
  const one = row(1, { direction: 'to-chatra', state: 'failed', receivedAt: 1000 })

  it('a new message is matched by its row', () => {
    expect(fits({}, one)).toBe(true)
    expect(fits({ states: ['failed'], direction: 'to-chatra', connectionId: 'shop' }, one)).toBe(true)
    expect(fits({ states: ['queued'] }, one)).toBe(false)
    expect(fits({ connectionId: 'other' }, one)).toBe(false)
    expect(fits({ conversationId: 2 }, one)).toBe(false)
    expect(fits({ from: 1000, to: 1001 }, one)).toBe(true)
    expect(fits({ to: 1000 }, one)).toBe(false)
  })

  it('a new message is left to the application where its row is not enough', () => {
    expect(fits({ search: 'order' }, one)).toBe('ask')
    expect(fits({ employeeId: 5 }, { ...one, author: { kind: 'employee', name: 'Ana' } })).toBe('ask')
    expect(fits({ employeeId: 5 }, one)).toBe(false)
    expect(fits({ search: 'order', states: ['queued'] }, one)).toBe(false)
  })
})
