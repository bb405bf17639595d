import type { ClientLink, Conversation, Job, TaskLink } from '../../../shared/domain.ts'
import { assertNever } from '../../../shared/errors.ts'
import type { Change, InboxRow, NewInboxRow } from '../../engine/ports.ts'
import type { Sql } from '../sql.ts'
import { conversationById, jobFrom, taskFrom } from './links.ts'
import { addMessage, patchMessage } from './messages.ts'

/** Numbers the rows that a commit adds to the inbox, and hears of each. */
export interface InboxWriter {
  nextSeq(): number
  added(row: InboxRow): void
}

/** Applies the changes of one commit, in their order. Runs inside a transaction; throws on a bug. */
export function applyChanges(sql: Sql, changes: readonly Change[], inbox: InboxWriter | null = null): void {
  // Intake settles an inbox row in the commit that adds its messages: that links a message to its event.
  const settled = changes.find((change) => change.type === 'inbox.settle')
  for (const change of changes) {
    if (change.type === 'inbox.add') addToInbox(sql, change.row, inbox)
    else applyChange(sql, change, settled?.seq ?? null)
  }
}

/** Throws when a change belongs to a conversation that is not there: it was decided by what was lost since. */
export function checkConversations(sql: Sql, changes: readonly Change[]): void {
  const ids = new Set<number | null>()
  for (const change of changes) {
    if (change.type === 'message.add') ids.add(change.message.conversationId)
    else if (change.type === 'client.save') ids.add(change.client.conversationId)
    else if (change.type === 'job.add') ids.add(change.job.conversationId)
    else if (change.type === 'task.add') ids.add(change.task.conversationId)
  }
  ids.delete(null)
  for (const id of ids) {
    if (sql.get(HAS_CONVERSATION, id) === null) throw new Error(`no conversation ${id}`)
  }
}

function addToInbox(sql: Sql, added: NewInboxRow, inbox: InboxWriter | null): void {
  if (inbox === null) return void addInboxRow(sql, added)
  const row = { seq: inbox.nextSeq(), ...added }
  insertInboxRow(sql, row)
  inbox.added(row)
}

/** With the number that it was given; with another one where another process took that. */
export function insertInboxRow(sql: Sql, row: InboxRow): void {
  const { seq, connectionId, source, receivedAt, body } = row
  if (sql.run(INSERT_INBOX, seq, connectionId, source, receivedAt, body).changes === 0) addInboxRow(sql, row)
}

/** Returns the row's number. */
export function addInboxRow(sql: Sql, { connectionId, source, receivedAt, body }: NewInboxRow): number {
  return Number(sql.run(ADD_INBOX, connectionId, source, receivedAt, body).lastInsertRowid)
}

function applyChange(sql: Sql, change: Exclude<Change, { type: 'inbox.add' }>, inbox: number | null): void {
  switch (change.type) {
    case 'inbox.settle':
      sql.run(SETTLE_INBOX, change.outcome, change.reason, change.seq)
      return
    case 'conversation.add':
      addConversation(sql, change.conversation)
      return
    case 'conversation.patch':
      patchConversation(sql, change.id, change.patch)
      return
    case 'client.save':
      saveClient(sql, change.client)
      return
    case 'task.add':
      saveTask(sql, change.task)
      return
    case 'task.patch': {
      const task = taskFrom(sql.get(TASK_DATA, change.connectionId, change.taskId))
      if (!task) throw new Error(`task.patch: no task ${change.taskId} in ${change.connectionId}`)
      updateTask(sql, task, patched(task, change.patch))
      return
    }
    case 'message.add':
      addMessage(sql, change.message, change.states, inbox)
      return
    case 'message.patch':
      patchMessage(sql, change.id, change.at, change.patch, change.from)
      return
    case 'job.add':
      saveJob(sql, change.job)
      return
    case 'job.patch': {
      // A job may have been replaced or cancelled while it was running.
      const job = jobFrom(sql.get(JOB_DATA, change.id))
      if (job) saveJob(sql, patched(job, { ...change.patch, id: job.id }))
      return
    }
    case 'job.drop':
      sql.run(DROP_JOB, change.id)
      return
    case 'job.cancel':
      sql.run(CANCEL_JOBS, change.conversationId, change.kind)
      return
    case 'agent.seen': {
      const { id, name, email } = change.agent
      sql.run(SEE_AGENT, change.connectionId, id, name, email, change.at)
      return
    }
    case 'fact.set':
      if (change.value === null || change.value === undefined) {
        sql.run(FORGET_FACT, change.connectionId, change.key)
      } else sql.run(SET_FACT, change.connectionId, change.key, JSON.stringify(change.value))
      return
    case 'event.add': {
      const { time, connectionId, level, key, params } = change.event
      sql.run(ADD_EVENT, time, connectionId, level, key, JSON.stringify(params))
      return
    }
    default:
      assertNever(change)
  }
}

export const ADD_EVENT = `INSERT INTO events (time, connection, level, key, params) VALUES (?, ?, ?, ?, ?)`
const ADD_INBOX = `INSERT INTO inbox (connection, source, received_at, body) VALUES (?, ?, ?, ?)`
const INSERT_INBOX = `INSERT INTO inbox (seq, connection, source, received_at, body) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (seq) DO NOTHING`
const SETTLE_INBOX = `UPDATE inbox SET outcome = ?, reason = ? WHERE seq = ?`
const CONVERSATION_DATA = `SELECT data FROM conversations WHERE id = ?`
const HAS_CONVERSATION = `SELECT 1 FROM conversations WHERE id = ?`
const ADD_CONVERSATION = `INSERT INTO conversations (id, connection, contact, client_left, merged_into, data)
  VALUES (?, ?, ?, ?, ?, ?)`
const UPDATE_CONVERSATION = `UPDATE conversations
  SET connection = ?, contact = ?, client_left = ?, merged_into = ?, data = ? WHERE id = ?`
const UPDATE_CONVERSATION_DATA = `UPDATE conversations SET data = ? WHERE id = ?`
const SAVE_CLIENT = `INSERT INTO clients
  (connection, client, conversation, email, last_wrote_at, last_visit_at, profile) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (connection, client) DO UPDATE SET conversation = excluded.conversation, email = excluded.email,
    last_wrote_at = excluded.last_wrote_at, last_visit_at = excluded.last_visit_at, profile = excluded.profile`
const UPDATE_CLIENT = `UPDATE clients SET email = ?, last_wrote_at = ?, last_visit_at = ?, profile = ?
  WHERE connection = ? AND client = ? AND conversation = ?`
const TASK_DATA = `SELECT data FROM tasks WHERE connection = ? AND task = ?`
const SAVE_TASK = `INSERT INTO tasks (connection, task, conversation, chat, last_activity_at, deleted, data)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (connection, task) DO UPDATE SET conversation = excluded.conversation, chat = excluded.chat,
    last_activity_at = excluded.last_activity_at, deleted = excluded.deleted, data = excluded.data`
const UPDATE_TASK = `UPDATE tasks SET last_activity_at = ?, data = ? WHERE connection = ? AND task = ?`
const JOB_DATA = `SELECT data FROM chores WHERE id = ?`
// OR REPLACE: the job with the same conversation, kind and key is replaced, together with its number.
const SAVE_JOB = `INSERT OR REPLACE INTO chores (id, connection, conversation, kind, key, data)
  VALUES (?, ?, ?, ?, ?, ?)`
const DROP_JOB = `DELETE FROM chores WHERE id = ?`
const CANCEL_JOBS = `DELETE FROM chores WHERE conversation = ? AND kind = ?`
const SEE_AGENT = `INSERT INTO agents (connection, agent, name, email, seen_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (connection, agent) DO UPDATE SET name = coalesce(excluded.name, name),
    email = coalesce(excluded.email, email), seen_at = max(excluded.seen_at, seen_at)`
export const SET_FACT = `INSERT INTO facts (connection, key, value) VALUES (?, ?, ?)
  ON CONFLICT (connection, key) DO UPDATE SET value = excluded.value`
const FORGET_FACT = `DELETE FROM facts WHERE connection = ? AND key = ?`

/** Every statement above, for the test that none of them reads a whole table. */
export const CHANGE_STATEMENTS = {
  ADD_INBOX,
  SETTLE_INBOX,
  CONVERSATION_DATA,
  HAS_CONVERSATION,
  ADD_CONVERSATION,
  UPDATE_CONVERSATION,
  UPDATE_CONVERSATION_DATA,
  SAVE_CLIENT,
  UPDATE_CLIENT,
  TASK_DATA,
  SAVE_TASK,
  UPDATE_TASK,
  JOB_DATA,
  SAVE_JOB,
  DROP_JOB,
  CANCEL_JOBS,
  SEE_AGENT,
  SET_FACT,
  FORGET_FACT,
  ADD_EVENT,
}

function addConversation(sql: Sql, conversation: Conversation): void {
  sql.run(ADD_CONVERSATION, conversation.id, ...conversationColumns(conversation))
}

/** Changes the given fields of a conversation; throws when there is none. */
function patchConversation(sql: Sql, id: number, patch: Partial<Conversation>): void {
  const conversation = conversationById(id, sql.get(CONVERSATION_DATA, id))
  if (!conversation) throw new Error(`conversation.patch: no conversation ${id}`)
  const after = patched(conversation, { ...patch, id })
  // Columns that are written are written in their indexes too: here, in a client and in a task.
  if (isFoundAlike(conversation, after)) sql.run(UPDATE_CONVERSATION_DATA, JSON.stringify(after), id)
  else updateConversation(sql, after)
}

const isFoundAlike = (one: Conversation, other: Conversation): boolean =>
  one.connectionId === other.connectionId &&
  one.contactId === other.contactId &&
  one.clientLeft === other.clientLeft &&
  one.mergedInto === other.mergedInto

export function updateConversation(sql: Sql, conversation: Conversation): void {
  sql.run(UPDATE_CONVERSATION, ...conversationColumns(conversation), conversation.id)
}

const conversationColumns = (conversation: Conversation) =>
  [
    conversation.connectionId,
    conversation.contactId,
    conversation.clientLeft ? 1 : 0,
    conversation.mergedInto,
    JSON.stringify(conversation),
  ] as const

export function saveClient(sql: Sql, client: ClientLink): void {
  const { connectionId, clientId, conversationId, profile, lastWroteAt, lastVisitAt } = client
  const email = profile.email === null ? null : foldEmail(profile.email)
  const values = [email, lastWroteAt, lastVisitAt, JSON.stringify(profile)] as const
  const { changes } = sql.run(UPDATE_CLIENT, ...values, connectionId, clientId, conversationId)
  if (changes === 0) sql.run(SAVE_CLIENT, connectionId, clientId, conversationId, ...values)
}

/** The form in which e-mail addresses are compared. */
export const foldEmail = (email: string): string => email.trim().toLowerCase()

export function saveTask(sql: Sql, task: TaskLink): void {
  sql.run(
    SAVE_TASK,
    task.connectionId,
    task.taskId,
    task.conversationId,
    task.chatId,
    task.lastActivityAt,
    task.deleted ? 1 : 0,
    JSON.stringify(task),
  )
}

function updateTask(sql: Sql, before: TaskLink, after: TaskLink): void {
  const isFoundAlike =
    before.conversationId === after.conversationId &&
    before.chatId === after.chatId &&
    before.deleted === after.deleted
  if (!isFoundAlike) saveTask(sql, after)
  else sql.run(UPDATE_TASK, after.lastActivityAt, JSON.stringify(after), after.connectionId, after.taskId)
}

function saveJob(sql: Sql, job: Job): void {
  const { id, connectionId, conversationId, kind, key } = job
  sql.run(SAVE_JOB, id, connectionId, conversationId, kind, key, JSON.stringify(job))
}

/** `value` with the given fields of `patch`; `undefined` leaves a field unchanged. */
function patched<T extends object>(value: T, patch: Partial<T>): T {
  const after = { ...value }
  for (const key of Object.keys(patch) as (keyof T)[]) {
    const field = patch[key]
    if (field !== undefined) after[key] = field
  }
  return after
}
