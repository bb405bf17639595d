import { describe, expect, it } from 'vitest'
import { itemsOf, withUpdates } from '../../../../../src/renderer/pages/conversation/thread.ts'
import { row } from '../log/rows.ts'

const day = 86_400_000
const reply = { direction: 'to-chatra', author: { kind: 'employee', name: 'Ana' } } as const

describe('a conversation', () => {
  it('a conversation has a line for each day', () => {
    const items = itemsOf([
      row(1, { writtenAt: day }),
      row(2, { writtenAt: day + 1 }),
      row(3, { writtenAt: 3 * day }),
    ])
    expect(items.map(({ kind }) => kind)).toEqual(['day', 'bubble', 'bubble', 'day', 'bubble'])
  })

  it('edits and deletions are shown at the message they change', () => {
    const edit = row(2, { ...reply, kind: 'edit', targetId: 1, text: 'new' })
    const again = row(3, { ...reply, kind: 'edit', targetId: 1, text: 'newer' })
    const removal = row(4, { ...reply, kind: 'delete', targetId: 1 })
    const items = itemsOf([row(1, reply), edit, again, removal])
    expect(items.filter(({ kind }) => kind !== 'day')).toMatchObject([
      { kind: 'bubble', row: { id: 1 }, edit: { text: 'newer' }, removal: { id: 4 } },
    ])
  })

  it('an internal version is separate, and undelivered changes are hidden', () => {
    const inside = {
      ...reply,
      kind: 'edit',
      targetId: 1,
      state: 'skipped',
      reason: 'internal-hidden',
    } as const
    const unwanted = { ...reply, kind: 'delete', targetId: 1, state: 'skipped', reason: 'replaced' } as const
    const items = itemsOf([row(1, reply), row(2, { ...inside, text: 'between us' }), row(3, unwanted)])
    expect(items.slice(1)).toMatchObject([
      { kind: 'bubble', row: { id: 1 }, edit: null, removal: null },
      { kind: 'aside', row: { id: 2 } },
    ])
  })

  it('entries outside the chat, and changes of hidden messages, are separate', () => {
    const items = itemsOf([
      row(1, { author: { kind: 'bridge', name: '' }, reason: 'note-to-employee' }),
      row(2, { ...reply, kind: 'delete', targetId: 99 }),
      row(3, { author: { kind: 'agent', name: '' }, reason: 'system-message', state: 'skipped' }),
    ])
    expect(items.slice(1).map(({ kind }) => kind)).toEqual(['aside', 'aside', 'aside'])
  })
})

describe('changes that the application pushes', () => {
  it('a push changes a message without cutting its text', () => {
    const long = 'x'.repeat(500)
    const { rows, cut } = withUpdates(
      [row(1, { text: long })],
      [row(1, { text: long.slice(0, 300), state: 'failed' })],
    )
    expect(rows).toMatchObject([{ text: long, state: 'failed' }])
    expect(cut).toEqual([])
  })

  it('a push replaces a text that has changed', () => {
    expect(withUpdates([row(1, { text: 'old text' })], [row(1, { text: 'new' })]).rows[0]?.text).toBe('new')
  })

  it('a pushed message takes its place in the chat, and its long text is loaded', () => {
    const told = [row(3, { writtenAt: 5, text: 'y'.repeat(300) }), row(4, { ...reply, receivedAt: 20 })]
    const { rows, cut } = withUpdates([row(1, { writtenAt: 1 }), row(2, { writtenAt: 10 })], told)
    expect(rows.map(({ id }) => id)).toEqual([1, 3, 2, 4])
    expect(cut).toEqual([3])
  })
})
