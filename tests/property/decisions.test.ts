import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Arrival } from '../../src/main/engine/continuity.ts'
import { planReply, type ReplyState } from '../../src/main/engine/delivery/chatra/chatra-plan.ts'
import { LoopBreaker } from '../../src/main/engine/delivery/loop-breaker.ts'
import { joinable } from '../../src/main/engine/delivery/planfix/batch.ts'
import type { PlanState } from '../../src/main/engine/delivery/planfix/plan-state.ts'
import { planStep, type Step } from '../../src/main/engine/delivery/planfix/planfix-plan.ts'
import { nextTry, retryDelay, settlesAt } from '../../src/main/engine/delivery/retry.ts'
import { fingerprintOf } from '../../src/main/engine/intake/comment/comment-fingerprint.ts'
import { comparable, fingerprint, splitText } from '../../src/main/engine/text.ts'
import { pollEvery } from '../../src/main/planfix/watcher/attention.ts'
import { diffFeed, type Judged, tasksOfPoll, withJudged } from '../../src/main/planfix/watcher/plan.ts'
import type {
  Author,
  ClientLink,
  ClientProfile,
  Message,
  MessageState,
  TaskLink,
} from '../../src/shared/domain.ts'
import { bridgeError } from '../../src/shared/errors.ts'
import * as nouns from '../support/builders.ts'
import { comment, conversation, reply, settingsOf, task as taskLink } from '../unit/engine/values.ts'

const settings = settingsOf()
const message = (changes: Partial<Message>): Message =>
  reply({
    direction: 'to-planfix',
    author: { kind: 'client', id: 'one', name: 'Anna' },
    state: 'queued',
    planfixCommentId: null,
    ...changes,
  })
const clientLink = (profile: Partial<ClientProfile>): ClientLink => ({
  connectionId: 'shop',
  clientId: 'one',
  conversationId: 1,
  lastWroteAt: 0,
  lastVisitAt: null,
  profile: nouns.profile({ id: 'one', displayedName: 'Anna', ...profile }),
})

const authors: Author[] = [
  { kind: 'client', id: 'one', name: 'Anna' },
  { kind: 'client', id: 'two', name: 'Anna' },
  { kind: 'agent', id: 'j', name: 'Julia', email: null },
  { kind: 'agent', id: 'o', name: 'Oleg', email: null },
]
const file = { name: 'a.jpg', url: 'https://x.example/a.jpg', planfixFileId: null, size: null }
const queue = fc
  .array(
    fc.record({
      author: fc.constantFrom(...authors),
      text: fc.string({ maxLength: 40 }).chain((text) => fc.constantFrom(text, text.repeat(200))),
      hasFile: fc.boolean(),
      uploaded: fc.boolean(),
    }),
    { maxLength: 150 },
  )
  .map((list) =>
    list.map(({ author, text, hasFile, uploaded }, index) =>
      message({
        id: index + 1,
        author,
        text,
        files: hasFile ? [{ ...file, planfixFileId: uploaded ? 7 : null }] : [],
      }),
    ),
  )

describe('joinable', () => {
  test('a batch is an unbroken run from the front, of one author, that fits a comment', () => {
    fc.assert(
      fc.property(queue, (waiting) => {
        const batch = joinable(waiting)
        expect(batch).toEqual(waiting.slice(0, batch.length))
        expect(batch.length).toBeLessThanOrEqual(100)
        if (waiting.length > 0) expect(batch.length).toBeGreaterThan(0)
        const kinds = new Set(
          batch.map(({ author }) => (author.kind === 'client' ? 'client' : JSON.stringify(author))),
        )
        expect(kinds.size).toBeLessThanOrEqual(1)
        if (batch.length > 1) expect(batch.every(({ files }) => files.length === 0)).toBe(true)
        const length = batch.reduce((sum, { text }) => sum + text.length, 0)
        if (batch.length > 1) expect(length).toBeLessThanOrEqual(9_500)
      }),
    )
  })

  test('repeated batches contain every message once and in order', () => {
    fc.assert(
      fc.property(queue, (waiting) => {
        const carried: Message[] = []
        for (let rest = waiting; rest.length > 0; ) {
          const batch = joinable(rest)
          carried.push(...batch)
          rest = rest.slice(batch.length)
        }
        expect(carried).toEqual(waiting)
      }),
    )
  })
})

describe('planStep', () => {
  /** Carries out a plan without any service: the changes of each successful step. */
  function carryOut(step: Step, state: PlanState): { state: PlanState; said: number[]; made: number } {
    const changed = (changes: Partial<PlanState>): PlanState => ({ ...state, ...changes })
    const nothing = { said: [], made: 0 }
    switch (step.do) {
      case 'find-contact':
        return {
          ...nothing,
          state: changed({ conversation: { ...state.conversation, emailSearched: step.email } }),
        }
      case 'create-contact':
        return { ...nothing, state: changed({ conversation: { ...state.conversation, contactId: 92 } }) }
      case 'find-task':
        return { ...nothing, state: changed({ conversation: { ...state.conversation, searchTask: false } }) }
      case 'check-task':
        return { ...nothing, state: changed({ task: { ...step.task, checkedAt: state.now } }) }
      case 'create-task': {
        const task = taskLink({ taskId: 1041 + step.n, checkedAt: state.now })
        const waiting = state.waiting.slice(step.batch.length)
        return {
          state: changed({ task, waiting, tasksOfChat: step.n }),
          said: step.batch.map(({ id }) => id),
          made: 1,
        }
      }
      case 'upload': {
        const waiting = state.waiting.map((one) =>
          one.id === step.message.id ? { ...one, files: [{ ...file, planfixFileId: 9 }] } : one,
        )
        return { ...nothing, state: changed({ waiting }) }
      }
      case 'comment':
        return {
          state: changed({ waiting: state.waiting.slice(step.batch.length) }),
          said: step.batch.map(({ id }) => id),
          made: 0,
        }
      default:
        throw new Error(`not expected: ${step.do}`)
    }
  }

  test('any start leads to every message delivered once, with at most one new task', () => {
    const begin = fc.record({
      waiting: queue,
      contact: fc.boolean(),
      email: fc.constantFrom(null, 'anna@mail.example'),
      searchTask: fc.boolean(),
      task: fc.constantFrom<Partial<TaskLink> | null>(
        null,
        { active: true },
        { active: false },
        { deleted: true, active: false },
        { active: true, checkedAt: 0 },
      ),
      newTaskWhenNoneActive: fc.boolean(),
    })
    fc.assert(
      fc.property(begin, (one) => {
        let state: PlanState = {
          settings: {
            ...settings,
            options: { ...settings.options, newTaskWhenNoneActive: one.newTaskWhenNoneActive },
          },
          conversation: conversation({ contactId: one.contact ? 92 : null, searchTask: one.searchTask }),
          waiting: one.waiting,
          client: clientLink({ email: one.email }),
          task: one.task && taskLink({ checkedAt: 1_000_000, ...one.task }),
          previous: null,
          tasksOfChat: 0,
          noMatchAt: null,
          now: 1_000_000,
        }
        const carried: number[] = []
        let made = 0
        for (let steps = 0; ; steps++) {
          const step = planStep(state)
          if (step.do === 'idle') break
          expect(steps, 'it ends').toBeLessThan(2 * one.waiting.length + 10)
          const done = carryOut(step, state)
          carried.push(...done.said)
          made += done.made
          state = done.state
        }
        expect(carried).toEqual(one.waiting.map(({ id }) => id))
        expect(made).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('an indeterminate write is searched for before it is repeated', () => {
    const when = fc.record({
      unclearAt: fc.option(fc.integer({ min: 0, max: 10_000 })),
      answered: fc.boolean(),
      looked: fc.option(fc.integer({ min: 0, max: 40_000 })),
      now: fc.integer({ min: 0, max: 50_000 }),
    })
    fc.assert(
      fc.property(when, ({ unclearAt, answered, looked, now }) => {
        const attempt = {
          kind: 'comment' as const,
          sourceObjectId: 's',
          messageIds: [1],
          startedAt: 0,
          unclearAt,
          answered,
          text: 't',
          ownerUserId: null,
        }
        const step = planStep({
          settings,
          conversation: conversation({ contactId: 92, attempt }),
          waiting: [message({ id: 1 })],
          client: clientLink({}),
          task: taskLink({ checkedAt: now }),
          previous: null,
          tasksOfChat: 1,
          noMatchAt: looked,
          now,
        })
        const settled = settlesAt(attempt)
        const expected =
          looked !== null && looked >= settled
            ? { do: 'give-up-attempt' }
            : looked === null || now >= settled
              ? { do: 'look', attempt }
              : { do: 'wait', until: settled }
        expect(step).toEqual(expected)
      }),
    )
  })
})

describe('planReply', () => {
  const states: MessageState[] = ['queued', 'retrying', 'uncertain', 'sending']
  const replies = fc.array(
    fc.record({
      state: fc.constantFrom(...states),
      sentAt: fc.integer({ min: 0, max: 60_000 }),
      attempts: fc.integer({ min: 0, max: 5 }),
    }),
    { maxLength: 12 },
  )
  const arrivals = fc.array(
    fc.constantFrom<Arrival[]>('unknown', 'not-arrived', { lookAt: 40_000 }, { lookAt: 90_000 }),
    { maxLength: 12 },
  )
  test('no reply overtakes an earlier one, except after 30 s of uncertainty', () => {
    fc.assert(
      fc.property(replies, fc.integer({ min: 0, max: 120_000 }), arrivals, (list, now, known) => {
        const waiting = list.map((one, index) => reply({ id: index + 1, ...one }))
        const state: ReplyState = {
          conversation: conversation({}),
          waiting,
          targets: new Map(),
          arrivals: new Map(known.map((arrival, index) => [index + 1, arrival])),
          writing: null,
          now,
        }
        const step = planReply(state)
        fc.pre(step.do === 'send')
        const before = waiting.filter((one) => one.id < step.message.id)
        expect(['queued', 'retrying']).toContain(step.message.state)
        for (const one of before) {
          expect(one.state).toBe('uncertain')
          // By a clock that was fast.
          if ((one.sentAt ?? 0) > now + 30_000) continue
          expect((one.sentAt ?? 0) + 30_000).toBeLessThanOrEqual(now)
        }
      }),
    )
  })

  test('only an uncertain reply known not to have arrived is settled as such', () => {
    fc.assert(
      fc.property(replies, fc.integer({ min: 0, max: 120_000 }), arrivals, (list, now, known) => {
        const waiting = list.map((one, index) => reply({ id: index + 1, ...one }))
        const step = planReply({
          conversation: conversation({}),
          waiting,
          targets: new Map(),
          arrivals: new Map(known.map((arrival, index) => [index + 1, arrival])),
          writing: null,
          now,
        })
        fc.pre(step.do === 'settle-as-not-arrived')
        expect(step.message.state).toBe('uncertain')
        expect(known[step.message.id - 1]).toBe('not-arrived')
      }),
    )
  })
})

describe('splitText', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 800 }),
    fc.lorem({ maxCount: 200 }),
    fc.string({ unit: fc.constantFrom('😀', 'я', ' ', '\n', 'a'), maxLength: 800 }),
  )
  test('splitting keeps every word in order, no part too long, no character split', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 40, max: 300 }), (text, max) => {
        const parts = splitText(text, max)
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(max)
        if (parts.length === 1 && text.length <= max) expect(parts).toEqual([text])
        const bare = parts.length === 1 ? parts : parts.map((part) => part.replace(/ \(\d+\/\d+\)$/, ''))
        expect(bare.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
        for (const part of parts) expect(part.isWellFormed()).toBe(true)
      }),
    )
  })

  test('comparable is stable: its result is the same text again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(comparable(`  ${text}\n\n`)).toBe(comparable(text))
      }),
    )
  })
})

describe('newsOf', () => {
  const NOTHING = { messages: [], deleted: new Set<number>() }
  const feed = fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 60 }).chain((ids) =>
    fc.record({
      ids: fc.constant(ids),
      cursor: fc.integer({ min: 0, max: 400 }),
      byClient: fc.constantFrom(2, 3, 1000),
    }),
  )

  test('every unknown comment after the cursor is reported once, oldest first', () => {
    fc.assert(
      fc.property(feed, ({ ids, cursor, byClient }) => {
        const all = ids.map((id) => comment({ id, owner: id % byClient === 0 ? 'contact:92' : 'user:5' }))
        const before: Judged = { floor: cursor, ids: new Set() }
        const { events, seen } = diffFeed(all, NOTHING, before, true)
        const inARow = events.map(({ id }) => id)
        expect(inARow).toEqual(
          ids.filter((id) => id > cursor && id % byClient !== 0).toSorted((a, b) => a - b),
        )
        expect(diffFeed(all, NOTHING, withJudged(before, seen), true).events).toEqual([])
      }),
    )
  })
  test('in a task of the Chat API clients’ comments are reported too, once, and before all others', () => {
    fc.assert(
      fc.property(feed, ({ ids, cursor, byClient }) => {
        const all = ids.map((id) => comment({ id, owner: id % byClient === 0 ? 'contact:92' : 'user:5' }))
        const before: Judged = { floor: cursor, ids: new Set() }
        const news = (judged: Judged) => diffFeed(all, NOTHING, judged, true, null, true)
        const fresh = ids.filter((id) => id > cursor).toSorted((a, b) => a - b)
        const { byClients = [], byOthers = [] } = Object.groupBy(fresh, (id) =>
          id % byClient === 0 ? 'byClients' : 'byOthers',
        )
        const { events, seen } = news(before)
        expect(events.map(({ id }) => id)).toEqual([...byClients, ...byOthers])
        expect(news(withJudged(before, seen)).events).toEqual([])
      }),
    )
  })

  test('a delivered comment is news only when changed, and missing only when absent', () => {
    fc.assert(
      fc.property(feed, fc.integer({ min: 2, max: 5 }), ({ ids }, every) => {
        const all = ids.map((id) => comment({ id, text: `text ${id}` }))
        const carried = all.map((one) =>
          reply({
            id: one.id,
            planfixCommentId: one.id,
            state: 'delivered',
            fingerprint: fingerprintOf(one),
          }),
        )
        const edited = all.map((one) => (one.id % every === 0 ? { ...one, text: 'edited' } : one))
        const shown = edited.filter(({ id }) => id % every !== 1)
        const { events, missing } = diffFeed(
          shown,
          { messages: carried, deleted: new Set() },
          { floor: 400, ids: new Set() },
          true,
        )
        expect(events.map(({ id }) => id)).toEqual(
          ids.filter((id) => id % every === 0).toSorted((a, b) => a - b),
        )
        expect(missing.toSorted()).toEqual(ids.filter((id) => id % every === 1).toSorted())
      }),
    )
  })

  const NONE: ReadonlySet<number> = new Set()
  const JUDGED: Judged = { floor: 10, ids: NONE }

  test('notified contacts, hidden mark, author and files are news as the text is', () => {
    const one = comment({ id: 10, recipients: ['contact:92', 'user:6'] })
    const carried = [reply({ planfixCommentId: 10, fingerprint: fingerprintOf(one) })]
    const news = (changes: Partial<typeof one>) =>
      diffFeed([{ ...one, ...changes }], { messages: carried, deleted: NONE }, JUDGED, true).events.length
    expect(news({})).toBe(0)
    expect(news({ recipients: ['user:6'] })).toBe(1)
    expect(news({ recipients: ['contact:92'] })).toBe(0)
    expect(news({ recipients: ['contact:92', 'contact:93'] })).toBe(1)
    expect(news({ isHidden: true })).toBe(1)
    expect(news({ owner: 'user:7' })).toBe(1)
    expect(news({ isDeleted: true })).toBe(1)
    expect(news({ files: [{ id: 1, name: 'a', size: 1 }] })).toBe(1)
  })

  test('a reply known as deleted is neither news nor requested, until it is restored', () => {
    const gone = comment({ id: 10, isDeleted: true })
    const carried = [reply({ planfixCommentId: 10, fingerprint: fingerprintOf(gone) })]
    expect(diffFeed([gone], { messages: carried, deleted: NONE }, JUDGED, true).events).toEqual([])
    expect(diffFeed([], { messages: carried, deleted: NONE }, JUDGED, true).missing).toEqual([])
    expect(
      diffFeed([comment({ id: 10 })], { messages: carried, deleted: NONE }, JUDGED, true).events,
    ).toHaveLength(1)
  })

  test('an internal note is news when the task belongs to a card that it notifies', () => {
    const one = comment({ id: 10, recipients: ['contact:7'] })
    const reason = 'internal-client-not-notified'
    const carried = [
      reply({ planfixCommentId: 10, fingerprint: fingerprintOf(one), state: 'skipped', reason }),
    ]
    expect(diffFeed([one], { messages: carried, deleted: NONE }, JUDGED, true, 92).events).toEqual([])
    expect(diffFeed([one], { messages: carried, deleted: NONE }, JUDGED, true, 7).events).toEqual([one])
  })

  test('an older fingerprint makes no news of an unchanged comment', () => {
    const one = comment({ id: 10 })
    const before = fingerprint(JSON.stringify([one.text, []]))
    const sent = [reply({ planfixCommentId: 10, fingerprint: before })]
    expect(diffFeed([one], { messages: sent, deleted: NONE }, JUDGED, true).events).toEqual([])
    expect(
      diffFeed([{ ...one, text: 'other' }], { messages: sent, deleted: NONE }, JUDGED, true).events,
    ).toHaveLength(1)
    expect(
      diffFeed([{ ...one, isDeleted: true }], { messages: sent, deleted: NONE }, JUDGED, true).events,
    ).toHaveLength(1)
    const note = [{ ...sent[0]!, state: 'skipped' as const, reason: 'internal-client-not-notified' }]
    expect(diffFeed([one], { messages: note, deleted: NONE }, JUDGED, true).events).toHaveLength(1)
    expect(
      diffFeed([{ ...one, recipients: [] }], { messages: note, deleted: NONE }, JUDGED, true).events,
    ).toEqual([])
  })
})

describe('times', () => {
  test('a retry waits a second at first, then doubles, up to five minutes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, chance) => {
          const wait = retryDelay(failures, () => chance)
          expect(wait).toBeGreaterThanOrEqual(Math.min(300_000, 1000 * 2 ** (failures - 1)))
          expect(wait).toBeLessThanOrEqual(300_000)
          if (failures <= 3) expect(wait).toBeLessThan(10_000)
        },
      ),
    )
  })

  test('a time named by the service is obeyed, and the next try is always later than now', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 1e6 }), (time, now) => {
        const error = bridgeError('planfix', 'rate-limited', 'x', { retry: { when: 'at', time } })
        expect(nextTry(error, 3, now, () => 0)).toBe(time > now ? time : now + 4000)
      }),
    )
  })

  test("polls keep the owner's interval, slow down in silence, and stay over one a minute", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3600 }),
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 0, max: 1e9 }),
        (seconds, a, b) => {
          const [short, long] = [Math.min(a, b), Math.max(a, b)]
          const need = {
            base: seconds * 1000,
            isAwaited: false,
            isLookedAt: false,
            hasHints: false,
            allowed: 0,
          }
          const interval = (quiet: number) => pollEvery({ ...need, quiet })
          expect(interval(short)).toBeGreaterThanOrEqual(seconds * 1000)
          expect(interval(long)).toBeGreaterThanOrEqual(interval(short))
          expect(interval(long)).toBeLessThanOrEqual(Math.max(seconds * 1000, 120_000))
        },
      ),
    )
  })

  test('every open task is in every round of polls, every closed one in some rounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 350 }), fc.integer({ min: 0, max: 350 }), (open, closed) => {
        const tasks = [
          ...Array.from({ length: open }, (_, n) => taskLink({ taskId: n + 1 })),
          ...Array.from({ length: closed }, (_, n) => taskLink({ taskId: 1000 + n, closedAt: 1 })),
        ]
        const seen = new Set<number>()
        for (let turn = 0; turn < 400; turn++) {
          const polls = tasksOfPoll(tasks, turn)
          const ids = polls.flat()
          expect(new Set(ids).size).toBe(ids.length)
          for (const poll of polls) expect(poll.length).toBeLessThanOrEqual(100)
          for (let id = 1; id <= open; id++) if (!ids.includes(id)) throw new Error(`task ${id} is left out`)
          for (const id of ids) seen.add(id)
        }
        expect(seen.size).toBe(open + closed)
      }),
      {
        numRuns: 15,
        examples: [
          [300, 1],
          [99, 120],
          [0, 101],
        ],
      },
    )
  })
})

describe('LoopBreaker', () => {
  const events = fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 12_000 }),
      text: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      replied: fc.boolean(),
    }),
    { maxLength: 120 },
  )
  test('the breaker stops exactly at the tenth equal text or the thirty-first turn', () => {
    fc.assert(
      fc.property(events, (list) => {
        const breaker = new LoopBreaker()
        const texts: { text: string; at: number }[] = []
        const turns: number[] = []
        let now = 1e6
        for (const { wait, text, replied } of list) {
          now += wait
          if (replied) breaker.delivered(1, now)
          if (replied) turns.push(now)
          texts.push({ text, at: now })
          const within = (at: number) => now - at < 60_000
          const same = texts.filter((one) => one.text === text && within(one.at)).length
          const expected = same >= 10 ? 'same-text' : turns.filter(within).length > 30 ? 'turns' : null
          const why = breaker.saw(1, 'to-planfix', { text }, now)
          expect(why).toBe(expected)
        }
      }),
    )
  })

  test('one conversation never stops another', () => {
    const breaker = new LoopBreaker()
    for (let n = 0; n < 9; n++)
      for (let id = 1; id <= 50; id++) expect(breaker.saw(id, 'to-chatra', { text: 'ok' }, n)).toBeNull()
  })
})
