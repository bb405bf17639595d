import {
  type Chore,
  type ClientLink,
  type ClientProfile,
  type Conversation,
  NOT_VOUCHED,
  type TaskLink,
} from '../../shared/domain.ts'

/** Rows kept as JSON beside the columns they are looked up by. */
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

const storedConversation = parsed<Omit<Conversation, 'pausedUntil'> & Partial<Conversation>>()
/** A pause that an older program began has no end yet: it ends as one would that began with the last activity. */
export const conversationFrom = (row: DataRow | null): Conversation | null => {
  const conversation = storedConversation(row)
  if (conversation === null || conversation.pausedUntil !== undefined)
    return conversation as Conversation | null
  const { paused, lastActivityAt } = conversation
  return { ...conversation, pausedUntil: paused === null ? null : lastActivityAt + OLD_PAUSE_MS }
}
const OLD_PAUSE_MS = 30 * 60_000
/** Rows of former versions lack what came later; whose task it is they say by the text that the bridge wrote. */
export function taskFrom(row: DataRow | null): TaskLink | null {
  const task =
    row && (JSON.parse(row.data) as TaskLink & Partial<Pick<TaskLink, 'ours' | 'descriptionPrint'>>)
  if (!task) return null
  const { descriptionPrint = '', descriptionText = '' } = task
  return { ...task, descriptionPrint, ours: task.ours ?? (descriptionPrint !== '' || descriptionText !== '') }
}
export const choreFrom = parsed<Chore>()

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
