import { describe, expect, it } from 'vitest'
import { adding, conversation, message, onSqlite, reply, store } from '../material.ts'

describe('messages', () => {
  it('messages come back as they were stored', async () => {
    const db = await store()
    const whole = reply({
      text: 'Память “ă” 🙂',
      files: [{ name: 'a.pdf', url: null, planfixFileId: 7, size: 12 }],
      chatraMessageId: 'cm',
      planfixTaskId: 3,
      planfixCommentId: 4,
      targetId: 2,
      writtenAt: 100.25,
      state: 'sending',
      reason: 'why',
      late: true,
      attempts: 2,
      sentAt: 90,
      echoed: true,
      sentFingerprint: 'print',
      fingerprint: 'f',
    })
    await db.commit([adding(whole)])
    expect(await db.message(10)).toEqual(whole)
  })

  onSqlite('a sign that is no sign comes back too', async () => {
    const db = await store()
    await db.commit([adding(message({ text: 'Пам\u0000ять' }))])
    expect((await db.message(10))?.text).toBe('Пам\u0000ять')
  })

  it('messages with a known origin key are ignored, the rest of the commit is not', async () => {
    const db = await store()
    await db.commit([adding(message(), 'received', 'queued')])
    await db.commit([
      adding(message({ id: 11, originKey: 'm:10', text: 'again' }), 'received', 'queued'),
      { type: 'message.patch', id: 11, at: 200, patch: { state: 'delivered' } },
      { type: 'fact.set', connectionId: 'shop', key: 'seen', value: true },
    ])
    expect(await db.messageByOrigin('shop', 'm:10')).toMatchObject({ id: 10, text: 'Bună', state: 'queued' })
    expect((await db.logPage({ limit: 10 })).map((line) => line.state)).toEqual(['received', 'queued'])
    expect(await db.fact('shop', 'seen')).toBe(true)
  })

  it('a reply is found by its id in the chat, a message of the client with that id or an edit of the reply is not', async () => {
    const db = await store()
    await db.commit([
      adding(message({ id: 8, chatraMessageId: 'cm' })),
      adding(reply({ id: 9, kind: 'edit', originKey: 'e', chatraMessageId: 'cm' })),
      adding(message({ id: 11, originKey: 'm:11', chatraMessageId: 'other' })),
    ])
    expect(await db.replyByChatraId('shop', 'cm')).toBeNull()
    await db.commit([adding(reply({ id: 10, chatraMessageId: 'cm' }))])
    expect(await db.replyByChatraId('shop', 'cm')).toMatchObject({ id: 10 })
    expect(await db.replyByChatraId('shop', 'other')).toBeNull()
  })

  it('messages of two connections may share an origin key', async () => {
    const db = await store()
    await db.commit([
      adding(message()),
      adding(message({ id: 11, connectionId: 'other', originKey: 'm:10' })),
    ])
    expect(await db.messageByOrigin('other', 'm:10')).toMatchObject({ id: 11 })
  })

  it('only the given fields of a message are changed', async () => {
    const db = await store()
    await db.commit([adding(message())])
    const patch = { echoed: true, planfixCommentId: 9, text: undefined }
    await db.commit([{ type: 'message.patch', id: 10, at: 200, patch }])
    expect(await db.message(10)).toEqual(message({ echoed: true, planfixCommentId: 9 }))
  })

  it('a log line is written when state or reason changes, and not otherwise', async () => {
    const db = await store()
    await db.commit([adding(message(), 'received', 'queued')])
    await db.commit([
      { type: 'message.patch', id: 10, at: 200, patch: { attempts: 1 } },
      { type: 'message.patch', id: 10, at: 201, patch: { state: 'retrying', reason: 'planfix.failing' } },
      { type: 'message.patch', id: 10, at: 202, patch: { reason: 'planfix.unreachable' } },
      { type: 'message.patch', id: 10, at: 203, patch: { state: 'delivered' } },
    ])
    const lines = (await db.logPage({ limit: 10 })).map(({ time, state, reason }) => [time, state, reason])
    expect(lines).toEqual([
      [100, 'received', null],
      [100, 'queued', null],
      [201, 'retrying', 'planfix.failing'],
      [202, 'retrying', 'planfix.unreachable'],
      [203, 'delivered', null],
    ])
  })

  it('waiting messages are returned by position, then id, for their queue', async () => {
    const db = await store()
    await db.commit([
      adding(message({ id: 13, position: 2, state: 'retrying' })),
      adding(message({ id: 12, position: 2, state: 'sending' })),
      adding(message({ id: 14, position: 1.5, state: 'uncertain' })),
      adding(message({ id: 11, position: 3 })),
      adding(message({ id: 15, state: 'delivered' })),
      adding(message({ id: 16, state: 'failed' })),
      adding(message({ id: 17, conversationId: 2 })),
      adding(reply({ id: 18 })),
    ])
    expect((await db.waiting(1, 'to-planfix', 10)).map(({ id }) => id)).toEqual([14, 12, 13, 11])
  })

  it('whether messages wait is told as they would be found', async () => {
    const db = await store()
    await db.commit([
      adding(message({ id: 11, state: 'delivered' })),
      adding(message({ id: 12, conversationId: 2, state: 'retrying' })),
      adding(message({ id: 13, conversationId: 3, state: 'uncertain' })),
      adding(reply({ id: 14, conversationId: 4 })),
    ])
    for (const id of [1, 2, 3, 4]) {
      for (const direction of ['to-planfix', 'to-chatra'] as const) {
        const found = await db.waiting(id, direction, 1)
        expect(await db.isWaiting(id, direction)).toBe(found.length > 0)
      }
    }
    expect(await db.isWaiting(3, 'to-planfix')).toBe(true)
  })

  it('uncertain messages do not hide the work behind them', async () => {
    const db = await store()
    const uncertain = [11, 12, 13].map((id) => adding(reply({ id, state: 'uncertain' })))
    await db.commit([...uncertain, adding(reply({ id: 14 })), adding(reply({ id: 15 }))])
    expect((await db.waiting(1, 'to-chatra', 1)).map(({ id }) => id)).toEqual([13, 14])
  })

  it('messages named by a comment are its mirror, their edits are not', async () => {
    const db = await store()
    await db.commit([
      adding(message({ id: 11, planfixCommentId: 9 })),
      adding(message({ id: 12, planfixCommentId: 9 })),
      adding(reply({ id: 13, planfixCommentId: 9, kind: 'edit' })),
    ])
    expect((await db.messagesByComment('shop', 9)).map(({ id }) => id)).toEqual([11, 12])
  })

  it('messages of a task are returned newest first, those with a comment', async () => {
    const db = await store()
    const of = (id: number, planfixCommentId: number | null, writtenAt: number) =>
      adding(message({ id, planfixTaskId: 500, planfixCommentId, writtenAt }))
    await db.commit([of(11, 1, 50), of(12, 2, 60), of(13, 3, 70), of(14, null, 80)])
    expect((await db.messagesOfTask('shop', 500, 60)).map(({ id }) => id)).toEqual([13, 12])
  })

  it("changes of a comment's replies are separate, and in order", async () => {
    const db = await store()
    await db.commit([
      adding(reply({ id: 11, planfixCommentId: 9 })),
      adding(reply({ id: 12, planfixCommentId: 9, kind: 'delete', targetId: 11, position: 8 })),
      adding(reply({ id: 13, planfixCommentId: 9, kind: 'edit', targetId: 11, position: 7 })),
      adding(reply({ id: 14, planfixCommentId: 8, kind: 'edit', targetId: 11 })),
    ])
    expect((await db.changesByComment('shop', 9)).map(({ id }) => id)).toEqual([13, 12])
    expect((await db.messagesByComment('shop', 9)).map(({ id }) => id)).toEqual([11])
  })

  it("the client's message before a comment is found, never an agent's", async () => {
    const db = await store()
    const agent = { kind: 'agent', id: 'a', name: 'Ana', email: null } as const
    const of = (id: number, planfixCommentId: number | null, changes = {}) =>
      adding(message({ id, planfixTaskId: 500, planfixCommentId, position: id, ...changes }))
    await db.commit([
      ...[of(11, null), of(12, null), of(13, 20), of(14, 20), of(15, 30)],
      ...[of(16, 25, { author: agent }), of(17, 26, { planfixTaskId: 501 })],
      adding(reply({ id: 18, planfixTaskId: 500, planfixCommentId: 27 })),
    ])
    const nearest = async (commentId: number) => (await db.clientMessageBefore('shop', 500, commentId))?.id
    expect(await nearest(40)).toBe(15)
    expect(await nearest(30)).toBe(14)
    expect(await nearest(20)).toBe(12)
    expect(await nearest(1)).toBe(12)
    expect(await db.clientMessageBefore('shop', 502, 40)).toBe(null)
  })

  it('messages written in a chat are returned for any author, except our replies', async () => {
    const db = await store()
    const agent = { kind: 'agent', id: 'a', name: 'Ana', email: null } as const
    await db.commit([
      adding(message({ id: 11, writtenAt: 200 })),
      adding(message({ id: 12, writtenAt: 150, author: agent })),
      adding(message({ id: 13, writtenAt: 50 })),
      adding(message({ id: 14, writtenAt: 200, chatraClientId: 'c2' })),
      adding(reply({ id: 15, writtenAt: 200, state: 'delivered' })),
    ])
    expect((await db.writtenBy('shop', 'c1', 100)).map(({ id }) => id)).toEqual([12, 11])
  })
})

describe('replies that may be echoed', () => {
  it('candidates for an echo are replies sent or settled since, in order', async () => {
    const db = await store()
    await db.commit([
      adding(reply({ id: 11 })),
      adding(reply({ id: 12 })),
      adding(reply({ id: 13 })),
      adding(reply({ id: 14 })),
    ])
    await db.commit([
      { type: 'message.patch', id: 11, at: 100, patch: { state: 'sending', sentAt: 100 } },
      { type: 'message.patch', id: 11, at: 400, patch: { state: 'uncertain' } },
      { type: 'message.patch', id: 12, at: 300, patch: { state: 'sending', sentAt: 300 } },
      { type: 'message.patch', id: 13, at: 100, patch: { state: 'delivered', sentAt: 90 } },
    ])
    expect((await db.repliesTo('shop', 'c1', 200)).map(({ id }) => id)).toEqual([11, 12])
  })

  it('replies stay candidates when they are queued again', async () => {
    const db = await store()
    await db.commit([
      { type: 'conversation.add', conversation: conversation() },
      adding(reply({ state: 'uncertain' })),
    ])
    await db.retryMessage(10)
    expect((await db.repliesTo('shop', 'c1', 0)).map(({ id }) => id)).toEqual([10])
  })
})

describe('a change bound to a state', () => {
  it('a bound change leaves a settled message unchanged, without a log line', async () => {
    const db = await store()
    await db.commit([adding(reply({ state: 'delivered' }))])
    const lines = (await db.logPage({ limit: 100 })).length
    const patch = { state: 'uncertain', reason: 'interrupted' } as const
    await db.commit([{ type: 'message.patch', id: 10, at: 5, patch, from: ['sending', 'uncertain'] }])
    expect(await db.message(10)).toMatchObject({ state: 'delivered' })
    expect(await db.logPage({ limit: 100 })).toHaveLength(lines)
    await db.commit([{ type: 'message.patch', id: 10, at: 5, patch, from: ['delivered'] }])
    expect(await db.message(10)).toMatchObject({ state: 'uncertain', reason: 'interrupted' })
  })
})

describe('manual actions', () => {
  const stuck = conversation({
    paused: 'loop',
    planfixLane: { failures: 2, notBefore: 9e9 },
    chatraLane: { failures: 4, notBefore: 9e9 },
  })

  it.each(['failed', 'uncertain'] as const)(
    'a reply that %s is queued again and its queue woken',
    async (state) => {
      const db = await store()
      await db.commit([
        { type: 'conversation.add', conversation: stuck },
        adding(reply({ state, attempts: 7 })),
      ])
      expect(await db.retryMessage(10)).toBe('queued')
      expect(await db.message(10)).toMatchObject({ state: 'queued', reason: 'retried by hand', attempts: 0 })
      expect(await db.conversation(1)).toEqual({
        ...stuck,
        paused: null,
        chatraLane: { failures: 0, notBefore: 0 },
      })
      expect((await db.logPage({ limit: 1 }))[0]).toMatchObject({
        state: 'queued',
        reason: 'retried by hand',
        time: 1_000_000,
      })
    },
  )

  it('a dismissed message can be retried, one skipped by a rule cannot', async () => {
    const db = await store()
    await db.commit([
      { type: 'conversation.add', conversation: stuck },
      adding(reply({ id: 11, state: 'failed' })),
      adding(reply({ id: 12, state: 'skipped', reason: 'internal-hidden' })),
    ])
    expect(await db.dismissMessage(11)).toBe('dismissed')
    expect(await db.message(11)).toMatchObject({ state: 'skipped', reason: 'dismissed' })
    expect(await db.retryMessage(11)).toBe('queued')
    expect(await db.retryMessage(12)).toBe('not-retryable')
  })

  it.each(['queued', 'sending', 'retrying', 'delivered', 'received'] as const)(
    'a %s message is not changed',
    async (state) => {
      const db = await store()
      await db.commit([
        { type: 'conversation.add', conversation: { ...stuck, paused: null } },
        adding(reply({ state })),
      ])
      expect(await db.retryMessage(10)).toBe('not-retryable')
      expect(await db.dismissMessage(10)).toBe('not-dismissable')
    },
  )

  it('retrying a message in a paused conversation ends the pause', async () => {
    const db = await store()
    await db.commit([{ type: 'conversation.add', conversation: stuck }, adding(reply({ state: 'queued' }))])
    expect(await db.retryMessage(10)).toBe('queued')
    expect(await db.conversation(1)).toMatchObject({ paused: null })
  })

  it('an unknown message is reported as unknown', async () => {
    const db = await store()
    expect(await db.retryMessage(99)).toBe('not-found')
    expect(await db.dismissMessage(99)).toBe('not-found')
  })
})
