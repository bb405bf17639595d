import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LogFilter, PAGE_ROWS } from '../../../../src/shared/api/log.ts'
import type { Message, MessageState } from '../../../../src/shared/domain.ts'
import { profile } from '../../../support/builders.ts'
import { adding, client, conversation, message, store } from '../material.ts'

/** Words as they are written, and as a search finds them: defined here, independently of the tested code. */
const WORDS = [
  ['Ștefan', 'stefan'],
  ['ÎNCĂ', 'inca'],
  ['café', 'cafe'],
  ['Ёлка', 'елка'],
  ['мой', 'мой'],
  ['мои', 'мои'],
  ['order', 'order'],
  ['plan', 'plan'],
] as const
const STATES = ['queued', 'delivered', 'failed', 'skipped'] as const satisfies MessageState[]
const CONVERSATIONS = [1, 2, 3]
/** Conversation 2 was merged into 1. */
const threadOf = (id: number) => (id === 3 ? [3] : [1, 2])
const nameAt = (conversationId: number) =>
  WORDS[(conversationId === 2 ? 1 : conversationId) % WORDS.length]![1]

interface Known {
  message: Message
  found: string
}

const word = fc.constantFrom(...WORDS)
const added = fc.record({
  words: fc.array(word, { maxLength: 3 }),
  reason: fc.option(fc.constantFrom('planfix: refused', 'chatra: unclear'), { nil: null }),
  connectionId: fc.constantFrom('shop', 'other'),
  conversationId: fc.constantFrom(...CONVERSATIONS),
  state: fc.constantFrom(...STATES),
  employee: fc.option(fc.constantFrom(5, 6), { nil: null }),
  receivedAt: fc.integer({ min: 0, max: 1000 }),
  skip: fc.integer({ min: 1, max: 40 }),
})
const filter: fc.Arbitrary<LogFilter> = fc.record(
  {
    connectionId: fc.constantFrom('shop', 'other'),
    direction: fc.constantFrom('to-planfix' as const, 'to-chatra' as const),
    states: fc.uniqueArray(fc.constantFrom(...STATES), { minLength: 1, maxLength: 3 }),
    conversationId: fc.constantFrom(...CONVERSATIONS),
    employeeId: fc.constantFrom(5, 6),
    from: fc.integer({ min: 0, max: 500 }),
    to: fc.integer({ min: 500, max: 1000 }),
    search: fc
      .array(
        fc.oneof(
          word.map(([written]) => written),
          fc.constantFrom('refused', 'STEF', 'ca', ''),
        ),
        {
          minLength: 1,
          maxLength: 2,
        },
      )
      .map((words) => words.join(' ')),
  },
  { requiredKeys: [] },
)

function isFound({ message: one, found }: Known, by: LogFilter): boolean {
  const name = nameAt(one.conversationId!)
  const sought = (by.search ?? '').split(' ').filter((part) => part !== '')
  const foldedParts = sought.map(
    (part) => WORDS.find(([written]) => written === part)?.[1] ?? part.toLowerCase(),
  )
  return (
    (by.connectionId === undefined || one.connectionId === by.connectionId) &&
    (by.direction === undefined || one.direction === by.direction) &&
    (by.states === undefined || by.states.includes(one.state)) &&
    (by.conversationId === undefined || threadOf(by.conversationId).includes(one.conversationId!)) &&
    (by.employeeId === undefined || (one.author.kind === 'employee' && one.author.id === by.employeeId)) &&
    (by.from === undefined || one.receivedAt >= by.from) &&
    (by.to === undefined || one.receivedAt < by.to) &&
    foldedParts.every(
      (part) => found.includes(part) || (one.reason ?? '').includes(part) || name.includes(part),
    )
  )
}

test('the pages of an outline contain all matching messages, also while others come in', async () => {
  const db = await store()
  await db.commit([
    ...CONVERSATIONS.map((id) => ({
      type: 'conversation.add' as const,
      conversation: conversation({ id, mergedInto: id === 2 ? 1 : null }),
    })),
    ...[1, 3].map((id) => ({
      type: 'client.save' as const,
      client: client({
        clientId: `c${id}`,
        conversationId: id,
        profile: profile({ id: `c${id}`, name: WORDS[id % WORDS.length]![0] }),
      }),
    })),
  ])
  const known: Known[] = []
  let last = 100
  const add = async (some: readonly (typeof added extends fc.Arbitrary<infer T> ? T : never)[]) => {
    const fresh = some.map(({ words, employee, skip, ...fields }): Known => {
      last += skip
      const one = message({
        ...fields,
        id: last,
        text: words.map(([written]) => written).join(' '),
        chatraClientId: null,
        direction: employee === null ? 'to-planfix' : 'to-chatra',
        author:
          employee === null
            ? { kind: 'client', id: 'c', name: '' }
            : { kind: 'employee', id: employee, name: 'Ana' },
      })
      return { message: one, found: words.map(([, folded]) => folded).join(' ') }
    })
    await db.commit(fresh.map((one) => adding(one.message)))
    known.push(...fresh)
  }
  await add(fc.sample(added, { numRuns: 3 * PAGE_ROWS, seed: 1 }))

  await fc.assert(
    fc.asyncProperty(filter, fc.array(added, { maxLength: 12 }), async (by, more) => {
      const expected = known
        .filter((one) => isFound(one, by))
        .map((one) => one.message.id)
        .reverse()
      const newest = last
      const outlined = db.outline(by)
      // Arrives while the outline is read, and between the pages.
      await add(more.slice(0, 6))
      const { total, pages } = (await outlined)!
      const read: number[] = []
      for (const [n, first] of pages.entries()) {
        read.push(...(await db.pageFrom(by, first, Math.min(PAGE_ROWS, total - n * PAGE_ROWS))))
        if (n === 0) await add(more.slice(6))
      }
      // What came in meanwhile is there or not, as the store had it then.
      expect(read.filter((id) => id <= newest)).toEqual(expected)
      expect(read).toHaveLength(total)

      const up: number[] = []
      for (let after = 0; ; ) {
        const part = await db.pageAfter(by, after, 150)
        up.push(...part)
        if (part.length < 150) break
        after = part.at(-1)!
      }
      expect(up).toEqual(known.filter((one) => isFound(one, by)).map((one) => one.message.id))
    }),
    { numRuns: 150 },
  )
})
