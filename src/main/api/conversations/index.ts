import type { ConversationRow, conversationCalls as contract } from '../../../shared/api/conversations.ts'
import type { Handlers, ReadArgs } from '../../../shared/api.ts'
import type { Conversation } from '../../../shared/domain.ts'
import { pauseEnds } from '../../engine/index.ts'
import type { ConversationSummary } from '../../store/index.ts'
import type { ApiContext } from '../context.ts'
import { type Links, linksOf } from '../log/message-rows.ts'
import { done, empty, notFound } from '../responses.ts'

/** Maximum length of the last words. */
const LAST_TEXT = 200
/** Matches of a search that are shown. */
const MOST_FOUND = 100

/** The list of conversations, and the owner's wishes for one of them. */
export const conversationCalls = (context: ApiContext): Pick<Handlers, keyof typeof contract> => {
  const { application, waiting } = context
  const { store } = application

  return {
    async 'conversations.list'(query) {
      const { ids, next } = await idsOf(query)
      const links = linksOf(application)
      const shown = await store.conversationSummaries(ids)
      const now = application.now()
      return done({
        rows: shown.map((one) => rowOf(one, links(one.conversation.connectionId), now)),
        next,
      })
    },

    async 'conversation.mark'({ id, muted, blocked, noAnswer }) {
      const stored = await store.storedConversation(id)
      if (!stored) return notFound()
      const patch: Partial<Conversation> = {
        ...(muted !== undefined && { muted }),
        ...(blocked !== undefined && { blockedAt: blocked ? application.now() : null }),
        // Every message stored so far has a lower id.
        ...(noAnswer !== undefined && { noAnswerUpTo: noAnswer ? store.newId() : 0 }),
      }
      await store.commit([{ type: 'conversation.patch', id: stored.conversation.id, patch }])
      await waiting.changed(stored.conversation.id)
      return empty()
    },

    async 'conversation.forget'({ id }) {
      const stored = await store.storedConversation(id)
      const client = stored?.clients[0]
      if (!client) return notFound()
      const forgotten = await application.forgetClient(client.clientId, client.connectionId)
      await waiting.reset()
      if (!forgotten) return notFound()
      return done({ messages: forgotten.messages, notDelivered: forgotten.notDelivered })
    },
  }

  async function idsOf(query: ReadArgs<'conversations.list'>) {
    const { text, only, connectionId, since, after, limit } = query
    if (text.trim() !== '') {
      const found = await store.findConversations({ text, connectionId, limit: MOST_FOUND })
      const ids = found.map((one) => one.id)
      return { ids: only === 'all' ? ids : await among(ids, only, since), next: null }
    }
    if (only === 'today' || only === 'new') return ofDay(query, only)
    if (only !== 'waiting') return store.conversationPage({ connectionId, only, after, limit })
    const all = (await waiting.list()).filter(
      (one) =>
        (connectionId === undefined || one.connectionId === connectionId) &&
        (after === null || one.since > after.at || (one.since === after.at && one.conversationId > after.id)),
    )
    const page = all.slice(0, limit)
    const last = page.at(-1)
    return {
      ids: page.map((one) => one.conversationId),
      next: last && all.length > limit ? { at: last.since, id: last.conversationId } : null,
    }
  }

  /** The whole list is at hand: a page begins after the conversation with which the one before has ended. */
  async function ofDay(
    { connectionId, since, after, limit }: ReadArgs<'conversations.list'>,
    only: 'today' | 'new',
  ) {
    const ids = since === undefined ? [] : await store.chatsOfDay(since, only === 'new')
    const all = connectionId === undefined ? ids : await ofConnection(ids, connectionId)
    const start = after === null ? 0 : all.indexOf(after.id) + 1
    const page = all.slice(start, start + limit)
    const last = page.at(-1)
    return {
      ids: page,
      next: last !== undefined && start + limit < all.length ? { at: 0, id: last } : null,
    }
  }

  async function ofConnection(ids: readonly number[], connectionId: string): Promise<number[]> {
    const shown = await store.conversationSummaries(ids)
    return shown
      .filter(({ conversation }) => conversation.connectionId === connectionId)
      .map(({ conversation }) => conversation.id)
  }

  async function among(
    ids: readonly number[],
    only: Exclude<ReadArgs<'conversations.list'>['only'], 'all'>,
    since: number | undefined,
  ): Promise<number[]> {
    if (only === 'today' || only === 'new') {
      const wanted = new Set(since === undefined ? [] : await store.chatsOfDay(since, only === 'new'))
      return ids.filter((id) => wanted.has(id))
    }
    if (only === 'waiting') {
      const wanted = new Set((await waiting.list()).map(({ conversationId }) => conversationId))
      return ids.filter((id) => wanted.has(id))
    }
    const shown = await store.conversationSummaries(ids)
    return shown
      .filter(({ conversation }) =>
        only === 'muted' ? conversation.muted === true : isBlocked(conversation),
      )
      .map(({ conversation }) => conversation.id)
  }
}

const isBlocked = ({ blockedAt }: Conversation): boolean => (blockedAt ?? null) !== null

function rowOf(
  { conversation, clientName, email, last, waitingSince, activeAt }: ConversationSummary,
  links: Links,
  now: number,
): ConversationRow {
  return {
    id: conversation.id,
    connectionId: conversation.connectionId,
    clientName,
    email,
    last: last && {
      author: { kind: last.author.kind, name: last.author.kind === 'bridge' ? '' : last.author.name },
      text: last.text.slice(0, LAST_TEXT).toWellFormed(),
      files: last.files.map(({ name }) => name),
      at: last.at,
      state: last.state,
      internal: last.isInternal,
    },
    waitingSince,
    activeAt,
    clientLeft: conversation.clientLeft,
    paused: pauseEnds(conversation, now) !== null,
    muted: conversation.muted === true,
    blocked: isBlocked(conversation),
    task:
      conversation.taskId === null ? null : { id: conversation.taskId, url: links.task(conversation.taskId) },
  }
}
