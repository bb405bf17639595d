import { expect, it } from 'vitest'
import { PartReader, type PartRow } from '../../../../src/main/store/queries/report/part.ts'
import type { Author } from '../../../../src/shared/domain.ts'

const QUARTER = 900_000
const SKEW = 600_000
/** Received first; a whole quarter of an hour. */
const T = 1_000 * QUARTER
const CLIENT: Author = { kind: 'client', id: 'c1', name: 'Ion' }
const ANA: Author = { kind: 'employee', id: 5, name: 'Ana' }
const JULIA: Author = { kind: 'agent', id: 'a1', name: 'Julia', email: null }

const row = (author: Author, said: number, more: Partial<PartRow> = {}): PartRow => ({
  ...{ id: 1, connection: 'shop', conversation: 1, author: JSON.stringify(author), said, received: T },
  ...{ sent: null, state: 'delivered', reason: null },
  direction: author.kind === 'employee' ? 'to-chatra' : 'to-planfix',
  ...more,
})
const client = (said: number, more: Partial<PartRow> = {}) => row(CLIENT, said, more)
const ana = (said: number, more: Partial<PartRow> = {}) => row(ANA, said, more)

function partOf(...rows: PartRow[]) {
  const reader = new PartReader()
  for (const one of rows) reader.take(one)
  return reader.part
}
/** Person and time of each turn. */
const turnsOf = (...rows: PartRow[]) => {
  const { turns } = partOf(...rows)
  return Array.from({ length: turns.length / 4 }, (_, n) => [turns[n * 4 + 2], turns[n * 4 + 3]! - T])
}

it('of a client the first message of each quarter of an hour is a turn', () => {
  const inQuarter = [client(T), client(T + 1), client(T + QUARTER - 1)]
  expect(turnsOf(...inQuarter, client(T + QUARTER), client(T + 2 * QUARTER - 1))).toEqual([
    [-1, 0],
    [-1, QUARTER],
  ])
  // What was written before and came later belongs to another day, perhaps.
  expect(turnsOf(client(T), client(T - 1), client(T))).toHaveLength(3)
})

it('of replies the first after a turn of the client is one', () => {
  expect(
    turnsOf(client(T + SKEW), ana(T + SKEW), ana(T + SKEW + 1), client(T + QUARTER), ana(T + QUARTER + 7)),
  ).toEqual([
    [-1, SKEW],
    [0, SKEW],
    [-1, QUARTER],
    [0, QUARTER + 7],
  ])
})

it('of replies before any turn of the client those are turns that may be the first to a chat begun before', () => {
  // Clocks may differ: until then each later one counts, and after it none.
  expect(
    turnsOf(
      ana(T + 5),
      ana(T + 5),
      ana(T + 4),
      ana(T + 6),
      ana(T + SKEW - 1),
      ana(T + SKEW),
      ana(T + SKEW + 1),
    ),
  ).toEqual([
    [0, 5],
    [0, 6],
    [0, SKEW - 1],
    [0, SKEW],
  ])
})

it('a reply that seems older than the message it answers leaves room for the next one', () => {
  const late = T + 3 * SKEW
  expect(turnsOf(client(late), ana(late - 2), ana(late - 1), ana(late), ana(late + 1))).toEqual([
    [-1, 3 * SKEW],
    [0, 3 * SKEW - 2],
    [0, 3 * SKEW - 1],
    [0, 3 * SKEW],
  ])
  // Also when an older message of the client came in between.
  expect(turnsOf(client(late), client(T), ana(late - 1), ana(late))).toEqual([
    [-1, 3 * SKEW],
    [-1, 0],
    [0, 3 * SKEW - 1],
    [0, 3 * SKEW],
  ])
})

it('after each turn of the client a reply is one again', () => {
  const noon = T + 4 * QUARTER
  expect(turnsOf(client(noon), ana(noon), client(noon - QUARTER), ana(noon + 1))).toHaveLength(4)
})

it('conversations do not mix', () => {
  expect(
    turnsOf(
      client(T + SKEW),
      client(T + SKEW, { conversation: 2 }),
      ana(T + SKEW),
      ana(T + SKEW, { conversation: 2 }),
    ),
  ).toHaveLength(4)
})

it('a reply is told by when it was sent, else by when it was noticed; one inside Chatra by when it was written', () => {
  expect(turnsOf(ana(T, { sent: T + 3 }))).toEqual([[0, 3]])
  expect(turnsOf(ana(T + 2))).toEqual([[0, 2]])
  expect(turnsOf(row(JULIA, T + 1, { sent: T + 9 }))).toEqual([[0, 1]])
})

it('messages are counted by connection and person; what reached nobody is no reply', () => {
  const part = partOf(
    client(T),
    client(T + 1),
    ana(T),
    ana(T, { connection: 'outlet' }),
    ana(T, { state: 'failed' }),
    ana(T, { direction: 'to-planfix' }),
    row(JULIA, T),
    row(JULIA, T, { reason: 'automatic-message' }),
    row(JULIA, T, { reason: 'system-message' }),
    row({ kind: 'bridge' }, T, { direction: 'to-chatra' }),
    row(CLIENT, T, { direction: 'to-chatra' }),
  )
  expect(part.connections).toEqual(['shop', 'outlet'])
  expect(part.people).toEqual([
    { key: 'employee:5', name: 'Ana', inChatra: false },
    { key: 'agent:a1', name: 'Julia', inChatra: true },
  ])
  expect(part.counts).toEqual([
    [0, -1, 2],
    [0, 0, 1],
    [1, 0, 1],
    [0, 1, 1],
  ])
  expect(part.turns.slice(0, 4)).toEqual([1, 0, -1, T])
})

it('a person is known by the last name that is not empty, and without a number by the name', () => {
  const named = (name: string) => row({ ...ANA, name }, T)
  expect(partOf(named(''), named('Ana'), named('Anna'), named('')).people).toMatchObject([{ name: 'Anna' }])
  const nameless: Author = { kind: 'agent', id: null, name: 'Julia', email: null }
  expect(partOf(row(nameless, T)).people).toMatchObject([{ key: 'agent:Julia' }])
})
