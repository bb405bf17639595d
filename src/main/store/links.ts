import type { Chore, ClientLink, Conversation, TaskLink } from '../../shared/domain.ts'

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

export const conversationFrom = parsed<Conversation>()
const taskData = parsed<TaskLink>()
/** Rows of former versions lack what came later. */
export function taskFrom(row: DataRow | null): TaskLink | null {
  const task = taskData(row)
  return task && { ...task, descriptionPrint: task.descriptionPrint ?? '' }
}
export const choreFrom = parsed<Chore>()

export const clientFrom = (row: ClientRow): ClientLink => ({
  connectionId: row.connection,
  clientId: row.client,
  conversationId: row.conversation,
  profile: JSON.parse(row.profile),
  lastWroteAt: row.last_wrote_at,
  lastVisitAt: row.last_visit_at,
})
