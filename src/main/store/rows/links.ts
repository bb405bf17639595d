import {
  type ClientLink,
  type ClientProfile,
  type Conversation,
  type Job,
  NOT_VOUCHED,
  type TaskLink,
} from '../../../shared/domain.ts'
import { RecentlyParsed } from './recently-parsed.ts'

/** Rows stored as JSON beside the columns they are looked up by. */
export interface DataRow {
  data: string
}
export interface ClientRow {
  connection: string
  client: string
  conversation: number
  last_wrote_at: number
  last_visit_at: number | null
  profile: string
}

const parsed =
  <T>() =>
  (row: DataRow | null): T | null =>
    row && (JSON.parse(row.data) as T)

export const conversationFrom = (row: DataRow | null): Conversation | null =>
  row && conversationFromText(row.data)

const recentConversations = new RecentlyParsed(conversationFromText)
/** The same for a conversation that is read several times for each message. It is frozen. */
export const conversationById = (id: number, row: DataRow | null): Conversation | null =>
  row && recentConversations.from(id, row.data)

/**
 * A pause that an older version began has no end: it gets the end of a pause that began with the last
 * activity. The older version wrote only on the client's own card.
 */
function conversationFromText(text: string): Conversation {
  const stored = JSON.parse(text) as Omit<Conversation, 'pausedUntil'> & Partial<Conversation>
  const { contactId, contactWritten, paused, lastActivityAt } = stored
  const pausedUntil =
    stored.pausedUntil === undefined
      ? paused === null
        ? null
        : lastActivityAt + OLD_PAUSE_MS
      : stored.pausedUntil
  const isOld = contactWritten !== null && contactWritten.card === undefined
  if (!isOld) return { ...stored, pausedUntil }
  return { ...stored, pausedUntil, contactWritten: { ...contactWritten, card: contactId ?? 0 } }
}
const OLD_PAUSE_MS = 30 * 60_000
/** Rows of earlier versions lack newer fields; the text that the bridge wrote shows whose task it is. */
export function taskFrom(row: DataRow | null): TaskLink | null {
  const task =
    row && (JSON.parse(row.data) as TaskLink & Partial<Pick<TaskLink, 'ours' | 'descriptionPrint'>>)
  if (!task) return null
  const { descriptionPrint = '', descriptionText = '' } = task
  return { ...task, descriptionPrint, ours: task.ours ?? (descriptionPrint !== '' || descriptionText !== '') }
}
export const jobFrom = parsed<Job>()

export const clientFrom = (row: ClientRow): ClientLink => ({
  connectionId: row.connection,
  clientId: row.client,
  conversationId: row.conversation,
  profile: profileFrom(row.profile),
  lastWroteAt: row.last_wrote_at,
  lastVisitAt: row.last_visit_at,
})

const profileFrom = (text: string): ClientProfile => {
  const profile = JSON.parse(text) as Omit<ClientProfile, 'vouched'> & Partial<ClientProfile>
  return { ...profile, vouched: profile.vouched ?? NOT_VOUCHED }
}
