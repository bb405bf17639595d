import { describe, expect, test } from 'vitest'
import type { ChatState } from '../../../../../src/main/engine/intake/chat/chat-state.ts'
import { decideClient } from '../../../../../src/main/engine/intake/chat/client.ts'
import type { ChatEvent } from '../../../../../src/main/engine/ports.ts'
import type { ClientProfile, Visit } from '../../../../../src/shared/domain.ts'
import { profile } from '../../../../support/builders.ts'
import { chatEvent, chatState, clientLink, conversation, said, settingsOf } from '../../values.ts'

const NOW = 1_000_000
const MINUTE = 60_000
interface How {
  event?: Partial<ChatEvent>
  state?: Partial<ChatState>
  lastClientAt?: number | null
  clientWrote?: boolean
  worthDelivering?: boolean
}
const decide = ({ event, state, lastClientAt = null, clientWrote = false, worthDelivering = false }: How) =>
  decideClient(
    chatEvent({ messages: [], ...event }),
    chatState({ now: NOW, ...state }),
    lastClientAt,
    clientWrote,
    worthDelivering,
  )
/** A client who is known, with a conversation. */
const here = (changes: Partial<ChatState> = {}): Partial<ChatState> => ({
  link: clientLink(),
  conversation: conversation({ id: 8, taskId: null }),
  ...changes,
})
const ofType = <T extends string>(decision: ReturnType<typeof decide>, type: T) =>
  decision.changes.filter((change) => change.type === type)
const jobs = (decision: ReturnType<typeof decide>) =>
  decision.changes.flatMap((change) => (change.type === 'job.add' ? [change.job] : []))
const savedProfile = (how: How): ClientProfile => {
  const [saved] = decide(how).changes.flatMap((change) =>
    change.type === 'client.save' ? [change.client] : [],
  )
  if (!saved) throw new Error('no client was saved')
  return saved.profile
}
const visit = (changes: Partial<Visit> = {}): Visit => ({
  startedAt: 500,
  finishedAt: null,
  host: null,
  pages: [],
  ...changes,
})
const job = { connectionId: 'shop', conversationId: 8, failures: 0, attempt: null }

describe('an unknown client', () => {
  test('an unknown client gets no conversation without a message', () => {
    expect(decide({})).toEqual({ changes: [], conversation: null, isNew: false, isRelevant: false })
  })

  test("an unknown client's first message creates a conversation, which will end", () => {
    const begun = {
      id: 100,
      connectionId: 'shop',
      contactId: null,
      contactWritten: null,
      emailSearched: null,
      searchTask: false,
      emailRefused: false,
      taskId: null,
      clientLeft: false,
      lastClientAt: 0,
      lastActivityAt: NOW,
      deliveredUpTo: 0,
      paused: null,
      pausedUntil: null,
      attempt: null,
      planfixLane: { failures: 0, notBefore: 0 },
      chatraLane: { failures: 0, notBefore: 0 },
      mergedInto: null,
      joined: null,
      keptApart: [],
      perhaps: null,
    }
    expect(decide({ lastClientAt: 700, clientWrote: true, worthDelivering: true })).toEqual({
      conversation: begun,
      isNew: true,
      isRelevant: false,
      changes: [
        { type: 'conversation.add', conversation: begun },
        {
          type: 'client.save',
          client: {
            connectionId: 'shop',
            clientId: 'client',
            conversationId: 100,
            profile: profile(),
            lastWroteAt: 700,
            lastVisitAt: null,
          },
        },
        {
          type: 'conversation.patch',
          id: 100,
          patch: { lastClientAt: 700, lastActivityAt: NOW, clientLeft: false },
        },
        { type: 'job.cancel', conversationId: 100, kind: 'complete' },
        {
          type: 'job.add',
          job: {
            ...job,
            id: 101,
            conversationId: 100,
            kind: 'leave-check',
            key: 'task',
            data: { clientId: 'client' },
            notBefore: NOW + 10 * MINUTE,
          },
        },
      ],
    })
  })

  test('an unknown client whom an agent wrote to gets a conversation, too', () => {
    const decision = decide({ worthDelivering: true })
    expect(decision).toMatchObject({ isNew: true, isRelevant: false })
    expect(jobs(decision)).toMatchObject([
      { kind: 'leave-check', key: 'task', data: { clientId: 'client' }, notBefore: NOW + 10 * MINUTE },
    ])
    expect(ofType(decision, 'conversation.patch')).toEqual([])
  })

  test("a known person's new device joins the conversation, and can be separated", () => {
    const into = conversation({ id: 8 })
    const decision = decide({ worthDelivering: true, state: { joins: { into, why: 'vouched' } } })
    expect(decision).toMatchObject({ conversation: { id: 8 }, isNew: false })
    expect(ofType(decision, 'conversation.add')).toMatchObject([
      {
        conversation: {
          id: 100,
          mergedInto: 8,
          joined: { at: NOW, why: 'vouched', clientIds: ['client'], contactId: null },
        },
      },
    ])
    expect(jobs(decision)).toMatchObject([
      {
        conversationId: 8,
        kind: 'note',
        key: 'device-joined:100',
        data: { what: 'device-joined', why: 'vouched', clientId: 'client' },
        notBefore: NOW,
      },
    ])
    expect(ofType(decision, 'client.save')).toMatchObject([{ client: { conversationId: 8 } }])
  })

  test('a client with a conversation joins no other', () => {
    const joins = { into: conversation({ id: 9 }), why: 'vouched' } as const
    const decision = decide({ state: here({ joins }) })
    expect(decision.conversation?.id).toBe(8)
    expect(ofType(decision, 'conversation.add')).toEqual([])
  })
})

describe('a client who may be the same person', () => {
  const other = conversation({ id: 9, taskId: 200 })
  test('perhaps the same person: the future task mentions it', () => {
    const decision = decide({ state: here({ perhaps: other }) })
    expect(ofType(decision, 'conversation.patch')).toEqual([
      { type: 'conversation.patch', id: 8, patch: { perhaps: { conversationId: 9, told: false } } },
    ])
    expect(jobs(decision)).toEqual([])
    expect(decision.changes.map(({ type }) => type)).not.toContain(undefined)
  })
  test('perhaps the same person: both existing tasks mention it', () => {
    const decision = decide({
      state: here({ conversation: conversation({ id: 8, taskId: 41 }), perhaps: other }),
    })
    expect(ofType(decision, 'conversation.patch')).toMatchObject([{ patch: { perhaps: { told: true } } }])
    const note = { ...job, kind: 'note', notBefore: NOW }
    expect(jobs(decision)).toEqual([
      { ...note, id: 100, key: 'perhaps:9', data: { what: 'perhaps', otherConversation: 9 } },
      {
        ...note,
        id: 101,
        conversationId: 9,
        key: 'perhaps:8',
        data: { what: 'perhaps', otherConversation: 8 },
      },
    ])
  })
  test('perhaps the same person: it is mentioned once', () => {
    const said = conversation({ id: 8, perhaps: { conversationId: 9, told: true } })
    expect(
      ofType(decide({ state: here({ conversation: said, perhaps: other }) }), 'conversation.patch'),
    ).toEqual([])
    const another = conversation({ id: 8, perhaps: { conversationId: 7, told: true } })
    expect(
      ofType(decide({ state: here({ conversation: another, perhaps: other }) }), 'conversation.patch'),
    ).toHaveLength(1)
  })
})

describe('an introduction', () => {
  const introduced = (before: Partial<ClientProfile>, now: Partial<ClientProfile>) =>
    decide({
      event: { client: profile(now) },
      state: here({ link: clientLink({ profile: profile(before) }) }),
    })

  test.each(['name', 'email', 'phone'] as const)('an introduction with %s is a separate job', (field) => {
    const decision = introduced({}, { [field]: 'x' })
    expect(decision.isRelevant).toBe(true)
    expect(jobs(decision)).toEqual([
      {
        ...job,
        id: 100,
        kind: 'introduce',
        key: 'contact:client',
        data: { clientId: 'client' },
        notBefore: NOW,
      },
    ])
    expect(introduced({ [field]: 'y' }, { [field]: 'x' }).isRelevant).toBe(true)
    expect(introduced({ [field]: 'x' }, { [field]: 'x' }).isRelevant).toBe(false)
    expect(introduced({ [field]: 'x' }, {}).isRelevant).toBe(false)
  })
  test('an introduction of a new client is part of the new card', () => {
    expect(
      jobs(decide({ event: { client: profile({ name: 'Anna' }) }, worthDelivering: true })),
    ).toMatchObject([{ kind: 'leave-check' }])
  })
})

describe('a visit', () => {
  const visits = (client: Partial<ClientProfile>, lastVisitAt: number | null) =>
    decide({ event: { client: profile(client) }, state: here({ link: clientLink({ lastVisitAt }) }) })

  test('a new visit is written once, with its known facts', () => {
    const decision = visits({ os: 'Linux', browser: 'Firefox', ip: '10.0.0.1', visit: visit() }, 400)
    expect(decision.isRelevant).toBe(true)
    expect(jobs(decision)).toEqual([
      {
        ...job,
        id: 100,
        kind: 'visit',
        key: 'client:500',
        data: { clientId: 'client', startedAt: 500, os: 'Linux', browser: 'Firefox', ip: '10.0.0.1' },
        notBefore: NOW,
      },
    ])
    expect(ofType(decision, 'client.save')).toMatchObject([{ client: { lastVisitAt: 500 } }])
    expect(jobs(visits({ os: 'Linux', visit: visit() }, null))).toHaveLength(1)
  })
  test.each(['os', 'browser', 'ip'] as const)('a visit of which only the %s is known is written', (field) => {
    expect(jobs(visits({ [field]: 'x', visit: visit() }, null))).toMatchObject([{ kind: 'visit' }])
  })
  test('a known visit, or one without facts, is not written', () => {
    const known = visits({ os: 'Linux', visit: visit() }, 500)
    expect(known.isRelevant).toBe(false)
    expect(ofType(known, 'client.save')).toMatchObject([{ client: { lastVisitAt: 500 } }])
    expect(jobs(visits({ visit: visit() }, null))).toEqual([])
  })
  test('a visit without a start is written only for a new client', () => {
    expect(jobs(visits({ os: 'Linux' }, null))).toEqual([])
    const first = decide({ event: { client: profile({ os: 'Linux' }) }, worthDelivering: true })
    expect(jobs(first)).toMatchObject([{ kind: 'visit', key: `client:${NOW}` }, { kind: 'leave-check' }])
  })
})

describe('the data of a client', () => {
  const link = (before: Partial<ClientProfile>) => here({ link: clientLink({ profile: profile(before) }) })
  const kept = (
    before: Partial<ClientProfile>,
    now: Partial<ClientProfile>,
    event: Partial<ChatEvent> = {},
  ) => savedProfile({ event: { client: profile(now), ...event }, state: link(before) })

  test('known facts are kept when an event omits them, and replaced by newer ones', () => {
    const all = { name: 'Anna', email: 'anna@mail.example', phone: '1' }
    expect(kept(all, {})).toMatchObject(all)
    const other = { name: 'Ana', email: 'ana@mail.example', phone: '2' }
    expect(kept(all, other)).toMatchObject(other)
  })

  test.each(['name', 'email', 'phone'] as const)(
    'the %s is vouched for as long as it is the same',
    (field) => {
      const vouched = { name: false, email: false, phone: false, [field]: true }
      const none = { name: false, email: false, phone: false }
      expect(kept({ [field]: 'x', vouched }, {}).vouched).toEqual(vouched)
      expect(kept({ [field]: 'x', vouched }, { [field]: 'x', vouched: none }).vouched).toEqual(none)
      expect(kept({ [field]: 'x' }, { [field]: 'x', vouched }).vouched).toEqual(vouched)
      expect(savedProfile({ worthDelivering: true }).vouched).toEqual(none)
    },
  )

  test('the last ten former names and chats are kept', () => {
    expect(kept({ name: 'Anna' }, { name: 'Anna' }).former).toBeUndefined()
    expect(kept({ name: 'Anna' }, {}).former).toBeUndefined()
    expect(kept({ name: 'Anna' }, { name: 'Ana' }).former).toEqual({ chatIds: [], names: ['Anna'] })
    expect(kept({ displayedName: 'Purple Fox' }, { name: 'Ana' }).former?.names).toEqual(['Purple Fox'])
    expect(kept({ chatId: 'one' }, { chatId: 'two' }).former).toEqual({ chatIds: ['one'], names: [] })
    const many = Array.from({ length: 10 }, (_, n) => `n${n}`)
    const before = { name: 'Anna', chatId: 'c10', former: { chatIds: many, names: many } }
    expect(kept(before, { name: 'Ana', chatId: 'c11' }).former).toEqual({
      chatIds: [...many.slice(1), 'c10'],
      names: [...many.slice(1), 'Anna'],
    })
    expect(kept(before, { name: 'Anna', chatId: 'c10' }).former).toEqual({ chatIds: many, names: many })
  })

  test('the start page is kept during the visit', () => {
    const startPage = { link: 'https://shop.example/', title: null }
    const other = { link: 'https://shop.example/b', title: null }
    expect(kept({ startPage, visit: visit() }, { visit: visit() }).startPage).toEqual(startPage)
    expect(kept({ startPage }, {}).startPage).toEqual(startPage)
    expect(kept({ startPage, visit: visit() }, { visit: visit({ startedAt: 900 }) }).startPage).toBeNull()
    expect(kept({ startPage, visit: visit() }, { visit: visit(), startPage: other }).startPage).toEqual(other)
    expect(savedProfile({ worthDelivering: true }).startPage).toBeNull()
  })

  test("the time of a device's last message never goes back", () => {
    const wroteAt = (before: number, lastClientAt: number | null) =>
      ofType(
        decide({ lastClientAt, state: here({ link: clientLink({ lastWroteAt: before }) }) }),
        'client.save',
      )
    expect(wroteAt(900, 700)).toMatchObject([{ client: { lastWroteAt: 900 } }])
    expect(wroteAt(700, 900)).toMatchObject([{ client: { lastWroteAt: 900 } }])
    expect(wroteAt(700, null)).toMatchObject([{ client: { lastWroteAt: 700 } }])
  })
})

describe('the end of a chat', () => {
  const off = settingsOf({ options: { completeWhenClientLeaves: false } })
  const complete = { kind: 'complete', key: 'task', data: {}, notBefore: NOW }
  const cancelled = (kind: string) => ({ type: 'job.cancel', conversationId: 8, kind })
  const transcript = (at: (number | null)[], lastClientAt: number, more: Partial<ChatState> = {}) =>
    decide({
      event: {
        kind: 'transcript',
        messages: [said({ type: 'agent', at: 9_999 }), ...at.map((time) => said({ at: time }))],
      },
      state: here({ conversation: conversation({ id: 8, taskId: null, lastClientAt }), ...more }),
    })

  test('a transcript ends the chat', () => {
    const decision = transcript([400, 500], 500)
    expect(decision.isRelevant).toBe(true)
    expect(ofType(decision, 'conversation.patch')).toEqual([
      { type: 'conversation.patch', id: 8, patch: { clientLeft: true } },
    ])
    expect(ofType(decision, 'job.cancel')).toEqual([cancelled('leave-check')])
    expect(jobs(decision)).toMatchObject([complete])
  })
  test('a transcript without times or client messages ends the chat', () => {
    for (const times of [[], [null], [400, null]])
      expect(jobs(transcript(times, 500))).toMatchObject([complete])
  })
  test('the transcript of an earlier chat does not end this one', () => {
    const decision = transcript([499, 300], 500)
    expect(decision.isRelevant).toBe(true)
    expect(ofType(decision, 'conversation.patch')).toEqual([])
    expect(decision.changes.map(({ type }) => type)).toEqual(['client.save'])
  })
  test('the end completes no task where that is switched off', () => {
    const decision = transcript([500], 500, { settings: off })
    expect(jobs(decision)).toEqual([])
    expect(ofType(decision, 'conversation.patch')).toMatchObject([{ patch: { clientLeft: true } }])
  })
  test('the end keeps the time of the last new message in its transcript', () => {
    const decision = decide({
      event: { kind: 'transcript', messages: [said({ at: 600 })] },
      state: here({ conversation: conversation({ id: 8, lastClientAt: 500 }) }),
      lastClientAt: 600,
      clientWrote: true,
    })
    expect(ofType(decision, 'conversation.patch')).toEqual([
      {
        type: 'conversation.patch',
        id: 8,
        patch: { lastClientAt: 600, lastActivityAt: NOW, clientLeft: true },
      },
    ])
  })

  const leaveCheck = {
    kind: 'leave-check',
    key: 'task',
    data: { clientId: 'client' },
    notBefore: NOW + 10 * MINUTE,
  }
  test('the end is postponed while the client writes', () => {
    const decision = decide({ state: here(), lastClientAt: null, clientWrote: true })
    expect(decision.isRelevant).toBe(false)
    expect(ofType(decision, 'conversation.patch')).toMatchObject([
      { patch: { lastClientAt: NOW, lastActivityAt: NOW, clientLeft: false } },
    ])
    expect(ofType(decision, 'job.cancel')).toEqual([cancelled('complete')])
    expect(jobs(decision)).toMatchObject([leaveCheck])
    expect(jobs(decide({ state: here({ settings: off }), clientWrote: true }))).toEqual([])
  })
  test('the end does not set back the time of the last message', () => {
    const later = conversation({ id: 8, lastClientAt: 900 })
    const decision = decide({ state: here({ conversation: later }), lastClientAt: 700, clientWrote: true })
    expect(ofType(decision, 'conversation.patch')).toMatchObject([{ patch: { lastClientAt: 900 } }])
  })
  test('the end is checked when the visit has ended', () => {
    const ended = (more: Partial<ChatState>) =>
      decide({ event: { client: profile({ visit: visit({ finishedAt: 900 }) }) }, state: here(more) })
    expect(ended({}).isRelevant).toBe(true)
    expect(jobs(ended({}))).toMatchObject([leaveCheck])
    expect(jobs(ended({ settings: off }))).toEqual([])
    expect(jobs(ended({ conversation: conversation({ id: 8, clientLeft: true }) }))).toEqual([])
    const goesOn = decide({ event: { client: profile({ visit: visit() }) }, state: here() })
    expect(goesOn.isRelevant).toBe(false)
    expect(jobs(goesOn)).toEqual([])
  })
})
