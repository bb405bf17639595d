import { OPEN_STATES } from '../../../shared/domain.ts'

/**
 * What the rules ask of the store, by name. All but the three marked look only at the rows they answer with,
 * whatever the number of stored ones; tests/unit/store/plans.test.ts holds them to it. `INDEXED BY` where a
 * second index would fit too: without statistics SQLite would guess.
 */
const open = `state IN (${OPEN_STATES.map((state) => `'${state}'`).join(', ')})`

export const LOOKUPS = {
  inboxPending: `SELECT seq, connection AS connectionId, source, received_at AS receivedAt, body
    FROM inbox INDEXED BY inbox_pending WHERE outcome IS NULL AND seq > ? ORDER BY seq LIMIT ?`,

  conversation: `SELECT data FROM conversations WHERE id = ?`,
  /** The one that took the others in, where there are several. */
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
  /** Of the message itself, not of its edits and deletions. */
  messageByChatraId: `SELECT * FROM messages INDEXED BY messages_chatra
    WHERE connection = ? AND chatra_message = ? AND kind = 'text' ORDER BY id LIMIT 1`,
  changesOf: `SELECT * FROM messages INDEXED BY messages_target WHERE target = ? ORDER BY id`,
  /** Edits and deletions carry the id of the message they change: that message comes first. */
  messagesByComment: `SELECT * FROM messages INDEXED BY messages_comment
    WHERE connection = ? AND planfix_comment = ? AND kind = 'text' ORDER BY id`,
  changesByComment: `SELECT * FROM messages INDEXED BY messages_comment
    WHERE connection = ? AND planfix_comment = ? AND kind IN ('edit', 'delete') ORDER BY position, id`,
  /** Without a comment: in the description, which stands in front of all of them. */
  clientMessageBefore: `SELECT * FROM messages INDEXED BY messages_feed
    WHERE connection = ? AND planfix_task = ? AND coalesce(planfix_comment, 0) < ?
      AND direction = 'to-planfix' AND kind = 'text' AND author ->> '$.kind' = 'client'
    ORDER BY coalesce(planfix_comment, 0) DESC, position DESC, id DESC LIMIT 1`,
  /** What stands in the description has no comment. */
  writtenInTask: `SELECT * FROM messages INDEXED BY messages_feed
    WHERE connection = ? AND planfix_task = ? AND direction = 'to-planfix' AND planfix_task IS NOT NULL
      AND kind = 'text' AND state = 'delivered' AND author ->> '$.kind' IN ('client', 'agent')
    ORDER BY coalesce(planfix_comment, 0) DESC, position DESC, id DESC LIMIT ?`,
  /** Without what was taken out of the chat again. */
  repliedInTask: `SELECT * FROM messages INDEXED BY messages_task
    WHERE connection = ? AND planfix_task = ? AND planfix_comment IS NOT NULL AND direction = 'to-chatra'
      AND kind = 'text' AND state = 'delivered' AND NOT EXISTS (
        SELECT 1 FROM messages AS removal INDEXED BY messages_target
        WHERE removal.target = messages.id AND removal.kind = 'delete' AND removal.state <> 'skipped')
    ORDER BY planfix_comment DESC, position DESC, id DESC LIMIT ?`,
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
  /** The latest ones: an old one that nobody settles must not push newer ones out of sight. */
  waitingUncertain: `SELECT * FROM messages INDEXED BY messages_uncertain
    WHERE conversation = ? AND direction = ? AND state = 'uncertain' ORDER BY position DESC, id DESC LIMIT ?`,

  chores: `SELECT data FROM chores WHERE conversation = ? ORDER BY id`,
  /** Reads the index of all open messages: once, at start. */
  lanesOfMessages: `SELECT lane.conversation AS conversationId, conversations.connection AS connectionId, direction
    FROM (
      SELECT DISTINCT conversation, direction FROM messages INDEXED BY messages_open
        WHERE ${open} AND conversation IS NOT NULL
      UNION
      SELECT DISTINCT conversation, direction FROM messages INDEXED BY messages_uncertain
        WHERE state = 'uncertain' AND conversation IS NOT NULL
    ) AS lane JOIN conversations ON conversations.id = lane.conversation`,
  /** Reads all open chores. */
  lanesOfChores: `SELECT DISTINCT conversation AS conversationId, connection AS connectionId FROM chores`,

  /** Conversations with an open write to Planfix, whether messages of theirs wait or not. */
  lanesOfAttempts: `SELECT id AS conversationId, connection AS connectionId, 'to-planfix' AS direction
    FROM conversations INDEXED BY conversations_attempt WHERE data ->> '$.attempt' IS NOT NULL`,

  agents: `SELECT agent AS id, name, email FROM agents WHERE connection = ? ORDER BY seen_at DESC, agent`,
  fact: `SELECT value FROM facts WHERE connection = ? AND key = ?`,
} as const
