import { describe, expect, test } from 'vitest'
import { factsOfProbe } from '../../../src/main/engine/probe-facts.ts'
import type { Probed } from '../../../src/main/engine/probed.ts'

const probed = { at: 5000 } as Probed
/** The facts by their keys, without the record of the probe itself. */
const facts = (found: Record<string, string>, tokenUserId: number | null = null) => {
  const changes = factsOfProbe('shop', probed, found, tokenUserId)
  expect(changes.every((change) => change.type === 'fact.set' && change.connectionId === 'shop')).toBe(true)
  const [record, ...rest] = changes.flatMap((change) => (change.type === 'fact.set' ? [change] : []))
  expect(record).toMatchObject({ key: 'probed', value: probed })
  return Object.fromEntries(rest.map(({ key, value }) => [key, value]))
}

describe('what a probe makes known', () => {
  test('a question without an answer changes no fact', () => {
    expect(facts({})).toEqual({})
    expect(facts({ 'another-question': 'yes' })).toEqual({})
  })
  test.each([
    ['comment-list-source', 'filled', { seesCommentIds: true, commentIdsHandedBack: true }],
    ['comment-list-source', 'empty', { seesCommentIds: false, commentIdsHandedBack: false }],
    ['task-list-source', 'filled', { seesTaskIds: true }],
    ['task-list-source', 'empty', { seesTaskIds: false }],
    ['assigner-contact', 'accepted', { assigner: 'contact', assignerAt: 5000 }],
    ['assigner-contact', 'refused', { assigner: 'no', assignerAt: 5000 }],
    ['webchat-message-is-comment-id', 'yes', { chatNumbersAreComments: true }],
    ['webchat-message-is-comment-id', 'no', { chatNumbersAreComments: false }],
  ])('%s is %s', (question, position, known) => {
    expect(facts({ [question]: position })).toEqual(known)
  })
  test('the token’s user is known', () => {
    expect(facts({}, 7)).toEqual({ tokenUserId: 7 })
  })
})
