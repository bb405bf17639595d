import { describe, expect, it } from 'vitest'
import { movePlan, undoPlan } from '../../../../src/main/store-postgres/move/plan.ts'

const arriving = (origin: string, attempt: string) =>
  JSON.stringify({ origin, attempt, table: 'messages', after: [7] })
const moved = JSON.stringify({ to: 'elsewhere', at: 0 })
const begin = { do: 'begin' }
const refused = (why: string) => ({ why: expect.stringContaining(why) })

describe('what a move does first', () => {
  it.each([
    ['new data into an empty place', {}, {}, false, begin],
    ['new data into a place with others', {}, {}, true, refused('never replaces')],
    [
      'data that never left into a half of others',
      {},
      { arriving: arriving('b', '1') },
      true,
      refused('other data'),
    ],
    [
      'the same attempt',
      { origin: 'a', leaving: '1' },
      { arriving: arriving('a', '1') },
      true,
      { do: 'go-on', from: { origin: 'a', attempt: '1', table: 'messages', after: [7] } },
    ],
    ['data that were worked on since', { origin: 'a' }, { arriving: arriving('a', '1') }, true, begin],
    ['a later attempt', { origin: 'a', leaving: '2' }, { arriving: arriving('a', '1') }, true, begin],
    ['back to where they came from', { origin: 'a' }, { origin: 'a', moved }, true, begin],
    [
      'others to where data came from',
      { origin: 'b' },
      { origin: 'a', moved },
      true,
      refused('never replaces'),
    ],
    ['a source that is not complete', { arriving: arriving('a', '1') }, {}, false, refused('not all come')],
    [
      'data that are gone',
      { origin: 'a', leaving: '1', moved },
      {},
      false,
      refused('were moved to elsewhere'),
    ],
    [
      'data that are gone to another place',
      { origin: 'a', moved },
      { origin: 'b' },
      true,
      refused('elsewhere'),
    ],
    [
      'data that are there already',
      { origin: 'a', leaving: '1', moved },
      { origin: 'a' },
      true,
      { do: 'nothing' },
    ],
    [
      'a source that was closed, and a target that was not opened',
      { origin: 'a', leaving: '1', moved },
      { arriving: arriving('a', '1') },
      true,
      { do: 'go-on', from: { origin: 'a', attempt: '1', table: 'messages', after: [7] } },
    ],
    [
      'gone data with half of an earlier attempt',
      { origin: 'a', leaving: '2', moved },
      { arriving: arriving('a', '1') },
      true,
      refused('elsewhere'),
    ],
  ] as const)('%s', (_, source, target, isTaken, plan) => {
    expect(movePlan({ source, target, isTaken, place: 'folder' })).toEqual(plan)
  })
})

describe('how a move is taken back', () => {
  it.each([
    ['one that never ended', { origin: 'a' }, { arriving: arriving('a', '1') }, { do: 'give-up' }],
    ['one that ended', { origin: 'a', moved }, { origin: 'a' }, { do: 'compare' }],
    ['one whose taking back was cut off', { origin: 'a', moved }, { origin: 'a', moved }, { do: 'compare' }],
    ['none', { origin: 'a' }, { origin: 'a' }, refused('were not moved')],
    ['none, and others are there', { origin: 'a', moved }, { origin: 'b' }, refused('no data were moved')],
    ['none, and nothing is there', {}, {}, refused('no data were moved')],
  ] as const)('%s', (_, source, target, plan) => {
    expect(undoPlan({ source, target })).toEqual(plan)
  })
})
