import { expect, test } from 'vitest'
import { decideChat } from '../../../../../src/main/engine/intake/chat/chat.ts'
import type { ChatState } from '../../../../../src/main/engine/intake/chat/chat-state.ts'
import { message, profile } from '../../../../support/builders.ts'
import {
  conversation,
  chatEvent as event,
  clientLink as link,
  said,
  chatState as state,
} from '../../values.ts'

const of = <T extends string>(decision: ReturnType<typeof decideChat>, type: T) =>
  decision.changes.filter((change) => change.type === type)

test("a client's first message creates a conversation and waits for delivery", () => {
  const decision = decideChat(event(), state())
  expect(decision).toMatchObject({ isNewConversation: true, newFromClient: ['Hello'], skipped: null })
  expect(of(decision, 'message.add')).toMatchObject([
    { message: { state: 'queued', originKey: 'c:m1', writtenAt: 500 } },
  ])
})

test('an automatic message alone creates no conversation', () => {
  const pushed = said({ type: 'agent', isPushed: true })
  expect(of(decideChat(event({ messages: [pushed] }), state()), 'conversation.add')).toEqual([])
})

test('the same e-mail on another device joins its conversation', () => {
  const other = conversation({ id: 7 })
  const decision = decideChat(
    event({ client: profile({ email: 'anna@example.com' }) }),
    state({ joins: { into: other, why: 'vouched' } }),
  )
  expect(decision).toMatchObject({ conversationId: 7, isNewConversation: false })
  // It begins as a part of the other one, so that it can be separated again.
  expect(of(decision, 'conversation.add')).toMatchObject([
    { conversation: { mergedInto: 7, joined: { why: 'vouched', clientIds: ['client'] } } },
  ])
  expect(of(decision, 'job.add')).toContainEqual(
    expect.objectContaining({ job: expect.objectContaining({ conversationId: 7, kind: 'note' }) }),
  )
})

test("the client's data is kept when a later event omits it", () => {
  const known = link({ profile: profile({ name: 'Anna', email: 'anna@example.com', phone: '+37360000000' }) })
  const decision = decideChat(event(), state({ link: known, conversation: conversation() }))
  expect(of(decision, 'client.save')).toMatchObject([
    { client: { profile: { name: 'Anna', email: 'anna@example.com', phone: '+37360000000' } } },
  ])
})

test('an introduction is a separate job, and an equal one is none', () => {
  const introduced = event({ client: profile({ name: 'Anna' }) })
  const kinds = (one: ChatState) =>
    decideChat(introduced, one).changes.flatMap((change) =>
      change.type === 'job.add' ? [change.job.kind] : [],
    )
  expect(kinds(state({ link: link(), conversation: conversation() }))).toContain('introduce')
  const again = link({ profile: profile({ name: 'Anna' }) })
  expect(kinds(state({ link: again, conversation: conversation() }))).not.toContain('introduce')
})

test('a transcript ends the chat, unless the client has written since', () => {
  const transcript = event({ kind: 'transcript', messages: [said({ at: 500 })] })
  const kinds = (lastClientAt: number) =>
    decideChat(
      transcript,
      state({ link: link(), conversation: conversation({ lastClientAt }) }),
    ).changes.flatMap((change) => (change.type === 'job.add' ? [change.job.kind] : []))
  expect(kinds(500)).toContain('complete')
  expect(kinds(900)).not.toContain('complete')
})

test('the file of a message whose content was removed does not come again', () => {
  const forgotten = message({ originKey: 'c:m1', text: '', files: [], state: 'delivered' })
  const file = { name: 'a.txt', url: 'https://a.example/a.txt', size: 3 }
  const again = event({ kind: 'transcript', messages: [said({ text: 'a.txt', file })] })
  const known = new Map([['c:m1', forgotten]])
  const at = { link: link(), conversation: conversation({ id: 1 }), known }
  expect(of(decideChat(again, state(at)), 'message.add')).toEqual([])
  const remembered = new Map([['c:m1', { ...forgotten, text: 'a.txt' }]])
  expect(of(decideChat(again, state({ ...at, known: remembered })), 'message.add')).toMatchObject([
    { message: { originKey: 'c:m1:file', files: [{ url: file.url }] } },
  ])
})
