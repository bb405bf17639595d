import type {
  ConversationView,
  logCalls as contract,
  LogFilter,
  MessageRow,
} from '../../../shared/api/log.ts'
import type { Handlers } from '../../../shared/api.ts'
import type { Conversation } from '../../../shared/domain.ts'
import { nameOf, pauseEnds } from '../../engine/index.ts'
import type { StoredConversation } from '../../store/index.ts'
import type { ApiContext } from '../context.ts'
import { conflict, done, empty, notFound } from '../responses.ts'
import { exportText } from './export-text.ts'
import { type Links, linksOf, rowsOf } from './message-rows.ts'
import { shownPayload } from './raw-payload.ts'

/** Messages in a part of an export: about a megabyte. */
const EXPORT_PART = 2000
/** Messages converted between two yields to the event loop: two milliseconds. */
const EXPORT_PIECE = 250

/** Stuck messages that one call handles. */
const MOST_STUCK = 5000

/** The live log and the conversations. */
export const logCalls = (context: ApiContext): Pick<Handlers, keyof typeof contract> => {
  const { application, waiting } = context
  const { store } = application
  /** The latest open request of each list. */
  const asked = new Map<string, object>()

  return {
    async 'log.outline'({ filter, list }) {
      if (list === undefined) return done((await store.outline(filter))!)
      const question = {}
      asked.set(list, question)
      const found = await store.outline(filter, () => asked.get(list) === question)
      if (asked.get(list) === question) asked.delete(list)
      return found ? done(found) : conflict()
    },

    async 'log.page'({ filter, fromId, limit }) {
      return done({ rows: await rowsOf(application, await store.pageFrom(filter, fromId, limit)) })
    },

    async 'log.message'({ id }) {
      const [message] = await rowsOf(application, [id], { whole: true })
      return message ? done({ message, life: await store.life(id) }) : notFound()
    },

    async 'log.payload'({ id }) {
      if ((await store.message(id)) === null) return notFound()
      const body = await store.rawPayload(id)
      return done({ text: body === null ? null : await shownPayload(body, context) })
    },

    async 'log.retry'({ id }) {
      const answer = await application.retry(id)
      return answer === 'queued' ? empty() : answer === 'not-found' ? notFound() : conflict()
    },

    async 'log.dismiss'({ id }) {
      const answer = await store.dismissMessage(id)
      return answer === 'dismissed' ? empty() : answer === 'not-found' ? notFound() : conflict()
    },

    async 'log.bulk'({ action, ids, filter }) {
      const wanted = ids ?? (await stuckIn(filter))
      const changed: number[] = []
      for (const id of wanted) if (await bulkAction(action, id)) changed.push(id)
      if (action === 'retry' && changed.length > 0) await application.resumeWork()
      return done({ ids: changed })
    },

    async 'log.export'({ filter, format, afterId }) {
      const ids = await store.pageAfter(filter, afterId, EXPORT_PART)
      const isLast = ids.length < EXPORT_PART
      let text = ''
      // The beginning and the end of all parts also enclose their pieces.
      for (let at = 0; at === 0 || at < ids.length; at += EXPORT_PIECE) {
        const shown = await store.shownMessages(ids.slice(at, at + EXPORT_PIECE))
        const ends = { isFirst: afterId === 0 && at === 0, isLast: isLast && at + EXPORT_PIECE >= ids.length }
        text += exportText(format, shown, ends)
      }
      return done({ text, next: isLast ? null : ids.at(-1)! })
    },

    async 'conversations.find'(query) {
      return done({ conversations: await store.findConversations(query) })
    },

    async 'conversation.get'({ id }) {
      const stored = await store.storedConversation(id)
      if (!stored) return notFound()
      return done(viewOf(stored, linksOf(application)(stored.conversation.connectionId), application.now()))
    },

    async 'conversation.separate'({ id }) {
      const answer = await application.separate(id)
      await waiting.reset()
      return answer === 'separated' ? empty() : answer === 'not-found' ? notFound() : conflict()
    },

    async 'conversation.messages'({ id, beforeId, limit }) {
      const found = await store.threadMessages(id, beforeId, limit)
      if (!found) return notFound()
      const rows: MessageRow[] = await rowsOf(application, found.ids, { whole: true })
      return done({ rows, hasOlder: found.hasOlder })
    },
  }

  /** Stuck messages of a filter, oldest first: in this order they are sent again. */
  async function stuckIn(filter: LogFilter): Promise<number[]> {
    const stuck = (['failed', 'uncertain'] as const).filter((one) => filter.states?.includes(one) ?? true)
    return stuck.length === 0 ? [] : store.pageAfter({ ...filter, states: [...stuck] }, 0, MOST_STUCK)
  }

  async function bulkAction(action: 'retry' | 'dismiss' | 'restore', id: number): Promise<boolean> {
    if (action === 'retry') return (await store.retryMessage(id)) === 'queued'
    if (action === 'dismiss') return (await store.dismissMessage(id)) === 'dismissed'
    return store.restoreDismissed(id)
  }
}

function viewOf(
  { conversation, clients, tasks, merged, messages }: StoredConversation,
  links: Links,
  now: number,
): ConversationView {
  const profiles = clients.map(({ profile }) => profile)
  const latest = profiles[0]
  // Actions that one device may do without the others.
  const told = (key: 'email' | 'phone') =>
    profiles.map((one) => one[key]).find((value) => value !== null) ?? null
  const place = [latest?.city, latest?.country].filter((part) => part !== null && part !== undefined)
  return {
    id: conversation.id,
    connectionId: conversation.connectionId,
    clientName: latest ? nameOf(latest) : '',
    email: told('email'),
    phone: told('phone'),
    place: place.length > 0 ? place.join(', ') : null,
    devices: profiles.map(({ id, os, browser, chatId }) => ({
      clientId: id,
      os,
      browser,
      chatUrl: links.chat(chatId),
      joined: joinedAs(id, merged),
    })),
    contact:
      conversation.contactId === null
        ? null
        : { id: conversation.contactId, url: links.contact(conversation.contactId) },
    tasks: tasks.map(({ taskId, active, deleted }) => ({
      id: taskId,
      url: links.task(taskId),
      active,
      deleted,
    })),
    clientLeft: conversation.clientLeft,
    paused: pauseEnds(conversation, now) === null ? null : conversation.paused,
    muted: conversation.muted === true,
    blocked: (conversation.blockedAt ?? null) !== null,
    messages,
  }
}

/** The smallest merge that brought the device here: separating it takes the fewest others along. */
function joinedAs(clientId: string, merged: readonly Conversation[]) {
  const [first] = merged
    .flatMap(({ id, joined }) => (joined?.clientIds.includes(clientId) ? [{ id, joined }] : []))
    .sort((one, other) => one.joined.clientIds.length - other.joined.clientIds.length || one.id - other.id)
  return first ? { conversationId: first.id, at: first.joined.at, why: first.joined.why } : null
}
