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

export const conversationFrom = parsed<Conversation>()
/** Rows of before do not say whose task it is: one the bridge made has a text it wrote. */
export const taskFrom = (row: DataRow | null): TaskLink | null => {
  const task = row && (JSON.parse(row.data) as Omit<TaskLink, 'ours'> & { ours?: boolean })
  return task && { ...task, ours: task.ours ?? task.descriptionText !== '' }
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
