import { OPEN_STATES } from '../../../shared/domain.ts'

/**
 * The engine's queries, by name. All except the marked ones read only the rows they return, whatever
 * the size of the store; tests/unit/store/plans.test.ts verifies it. `INDEXED BY` is given where a second
 * index would match too: without statistics SQLite would guess.
 */
const open = `state IN (${OPEN_STATES.map((state) => `'${state}'`).join(', ')})`

export const LOOKUPS = {
  inboxPending: `SELECT seq, connection AS connectionId, source, received_at AS receivedAt, body
    FROM inbox INDEXED BY inbox_waiting
    WHERE connection = ? AND outcome IS NULL AND seq > ? ORDER BY seq LIMIT ?`,
  /** Reads the index of all unsettled rows. */
  inboxPendingOfAll: `SELECT seq, connection AS connectionId, source, received_at AS receivedAt, body
    FROM inbox INDEXED BY inbox_waiting WHERE outcome IS NULL ORDER BY seq LIMIT ?`,

  conversation: `SELECT data FROM conversations WHERE id = ?`,
  /** The conversation that the others were merged into, if there are several. */
  conversationByContact: `SELECT data FROM conversations INDEXED BY conversations_contact
    WHERE connection = ? AND contact = ? ORDER BY merged_into IS NOT NULL, id LIMIT 1`,

  /** Several conversations may share a card: those that were not merged into another one. */
  conversationsByContact: `SELECT data FROM conversations INDEXED BY conversations_contact
    WHERE connection = ? AND contact = ? AND merged_into IS NULL ORDER BY id LIMIT 100`,

  mergedInto: `SELECT id FROM conversations INDEXED BY conversations_merged WHERE merged_into = ? ORDER BY id`,

  client: `SELECT * FROM clients WHERE connection = ? AND client = ?`,
  clientsOf: `SELECT * FROM clients WHERE conversation = ? ORDER BY last_wrote_at DESC`,
  clientByEmail: `SELECT * FROM clients INDEXED BY clients_email
    WHERE connection = ? AND email = ? ORDER BY last_wrote_at DESC LIMIT 1`,

  clientsByEmail: `SELECT * FROM clients INDEXED BY clients_email
    WHERE connection = ? AND email = ? ORDER BY last_wrote_at DESC LIMIT ?`,

  task: `SELECT data FROM tasks WHERE connection = ? AND task = ?`,
  tasksOf: `SELECT data FROM tasks WHERE conversation = ? ORDER BY task`,
  tasksWatched: `SELECT data FROM tasks INDEXED BY tasks_watched
    WHERE connection = ? AND deleted = 0 AND last_activity_at >= ? ORDER BY last_activity_at DESC`,
  tasksQuiet: `SELECT data FROM tasks INDEXED BY tasks_watched
    WHERE connection = ? AND deleted = 0 AND last_activity_at < ? AND task % 7 = ? LIMIT ?`,
  taskCount: `SELECT count(*) AS number FROM tasks INDEXED BY tasks_chat WHERE connection = ? AND chat = ?`,

  message: `SELECT * FROM messages WHERE id = ?`,
  messageByOrigin: `SELECT * FROM messages INDEXED BY messages_origin WHERE connection = ? AND origin_key = ?`,
  /** The reply itself, not its edits and deletions. */
  replyByChatraId: `SELECT * FROM messages INDEXED BY messages_chatra
    WHERE connection = ? AND chatra_message = ? AND direction = 'to-chatra' AND kind = 'text' ORDER BY id LIMIT 1`,
  changesOf: `SELECT * FROM messages INDEXED BY messages_target WHERE target = ? ORDER BY id`,
  /** Edits and deletions have the id of the message they change: that message comes first. */
  messagesByComment: `SELECT * FROM messages INDEXED BY messages_comment
    WHERE connection = ? AND planfix_comment = ? AND kind = 'text' ORDER BY id`,
  messagesByChannel: `SELECT * FROM messages INDEXED BY messages_channel
    WHERE connection = ? AND channel_message = ? AND kind = 'text' ORDER BY id`,
  messagesSince: `SELECT * FROM messages INDEXED BY messages_chat
    WHERE conversation = ? AND said_at >= ? AND kind = 'text' ORDER BY said_at, position, id`,
  changesByComment: `SELECT * FROM messages INDEXED BY messages_comment
    WHERE connection = ? AND planfix_comment = ? AND kind IN ('edit', 'delete') ORDER BY position, id`,
  /** Without a comment: messages in the description, which precedes all comments. */
  clientMessageBefore: `SELECT * FROM messages INDEXED BY messages_task
    WHERE connection = ? AND planfix_task = ? AND coalesce(planfix_comment, 0) < ?
      AND direction = 'to-planfix' AND kind = 'text' AND author ->> '$.kind' = 'client'
    ORDER BY coalesce(planfix_comment, 0) DESC, position DESC, id DESC LIMIT 1`,
  /** Messages in the description have no comment. */
  writtenInTask: `SELECT * FROM messages INDEXED BY messages_task
    WHERE connection = ? AND planfix_task = ? AND direction = 'to-planfix'
      AND kind = 'text' AND state = 'delivered' AND author ->> '$.kind' IN ('client', 'agent')
    ORDER BY coalesce(planfix_comment, 0) DESC, position DESC, id DESC LIMIT ?`,
  /** Without messages that were deleted in the chat. */
  repliedInTask: `SELECT * FROM messages INDEXED BY messages_task
    WHERE connection = ? AND planfix_task = ? AND planfix_comment IS NOT NULL AND direction = 'to-chatra'
      AND kind = 'text' AND state = 'delivered' AND NOT EXISTS (
        SELECT 1 FROM messages AS removal INDEXED BY messages_target
        WHERE removal.target = messages.id AND removal.kind = 'delete' AND removal.state <> 'skipped')
    ORDER BY coalesce(planfix_comment, 0) DESC, position DESC, id DESC LIMIT ?`,
  messagesOfTask: `SELECT * FROM messages INDEXED BY messages_task
    WHERE connection = ? AND planfix_task = ? AND planfix_comment IS NOT NULL AND kind = 'text'
      AND written_at >= ?
    ORDER BY written_at DESC, id DESC`,
  deletionsOfTask: `SELECT DISTINCT planfix_comment AS comment FROM messages INDEXED BY messages_task
    WHERE connection = ? AND planfix_task = ? AND planfix_comment IS NOT NULL AND kind = 'delete'
      AND origin_key = 'p:' || planfix_comment || ':delete'`,
  repliesTo: `SELECT * FROM messages INDEXED BY messages_replies
    WHERE connection = ? AND chatra_client = ? AND direction = 'to-chatra' AND handed_at >= ?
    ORDER BY coalesce(sent_at, handed_at), position, id`,
  writtenBy: `SELECT * FROM messages INDEXED BY messages_written
    WHERE connection = ? AND chatra_client = ? AND direction = 'to-planfix' AND written_at >= ?
      AND kind = 'text'
    ORDER BY written_at, id`,
  waitingOpen: `SELECT * FROM messages INDEXED BY messages_open
    WHERE conversation = ? AND direction = ? AND ${open} ORDER BY position, id LIMIT ?`,
  firstOpen: `SELECT id FROM messages INDEXED BY messages_open
    WHERE conversation = ? AND direction = ? AND ${open} LIMIT 1`,
  firstUncertain: `SELECT id FROM messages INDEXED BY messages_uncertain
    WHERE conversation = ? AND direction = ? AND state = 'uncertain' LIMIT 1`,
  /** The latest ones: an old message that the owner never settles must not hide newer ones. */
  waitingUncertain: `SELECT * FROM messages INDEXED BY messages_uncertain
    WHERE conversation = ? AND direction = ? AND state = 'uncertain' ORDER BY position DESC, id DESC LIMIT ?`,

  jobs: `SELECT data FROM chores WHERE conversation = ? ORDER BY id`,
  /** Reads the index of all open messages: once, at start. */
  queuesOfMessages: `SELECT queue.conversation AS conversationId, conversations.connection AS connectionId, direction
    FROM (
      SELECT DISTINCT conversation, direction FROM messages INDEXED BY messages_open
        WHERE ${open} AND conversation IS NOT NULL
      UNION
      SELECT DISTINCT conversation, direction FROM messages INDEXED BY messages_uncertain
        WHERE state = 'uncertain' AND conversation IS NOT NULL
    ) AS queue JOIN conversations ON conversations.id = queue.conversation`,
  /** Reads all open jobs. */
  queuesOfJobs: `SELECT DISTINCT conversation AS conversationId, connection AS connectionId FROM chores`,

  /** Conversations with a pending write to Planfix, with or without waiting messages. */
  queuesOfAttempts: `SELECT id AS conversationId, connection AS connectionId, 'to-planfix' AS direction
    FROM conversations INDEXED BY conversations_attempt WHERE data ->> '$.attempt' IS NOT NULL`,

  agents: `SELECT agent AS id, name, email FROM agents WHERE connection = ? ORDER BY seen_at DESC, agent`,
  fact: `SELECT value FROM facts WHERE connection = ? AND key = ?`,
} as const
