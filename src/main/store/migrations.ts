import { storeOfOtherVersion } from './errors.ts'
import type { Sql } from './sql.ts'

/**
 * The schema of the file, as numbered steps: step N brings `PRAGMA user_version` from N-1 to N. A released
 * step is never changed; a new one is added below it.
 * There are no foreign keys between the big tables: referenced rows are never deleted, and a deferred check
 * at the end of a shared transaction would fail unrelated writes. Tables with times are not STRICT: a
 * vendor's time with a fraction of a millisecond must not make a message impossible to store.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  INSERT INTO meta VALUES ('next_id', 1), ('texts_dropped_to', 0);

  CREATE TABLE inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    source TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    outcome TEXT,
    reason TEXT
  );
  CREATE INDEX inbox_pending ON inbox (seq) WHERE outcome IS NULL;

  CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    contact INTEGER,
    client_left INTEGER NOT NULL,
    merged_into INTEGER,
    data TEXT NOT NULL
  );
  CREATE INDEX conversations_contact ON conversations (connection, contact) WHERE contact IS NOT NULL;
  CREATE INDEX conversations_open ON conversations (connection) WHERE client_left = 0 AND merged_into IS NULL;

  CREATE TABLE clients (
    connection TEXT NOT NULL,
    client TEXT NOT NULL,
    conversation INTEGER NOT NULL,
    email TEXT,
    last_wrote_at INTEGER NOT NULL,
    last_visit_at INTEGER,
    profile TEXT NOT NULL,
    PRIMARY KEY (connection, client)
  );
  CREATE INDEX clients_conversation ON clients (conversation);
  CREATE INDEX clients_email ON clients (connection, email, last_wrote_at) WHERE email IS NOT NULL;

  CREATE TABLE tasks (
    connection TEXT NOT NULL,
    task INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    chat TEXT NOT NULL,
    last_activity_at INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (connection, task)
  );
  CREATE INDEX tasks_conversation ON tasks (conversation);
  CREATE INDEX tasks_chat ON tasks (connection, chat);
  CREATE INDEX tasks_watched ON tasks (connection, last_activity_at) WHERE deleted = 0;

  CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    conversation INTEGER,
    direction TEXT NOT NULL,
    kind TEXT NOT NULL,
    author TEXT NOT NULL,
    text TEXT,                      -- NULL: dropped by retention
    files TEXT,                     -- NULL: none
    origin_key TEXT NOT NULL,
    chatra_client TEXT,
    chatra_message TEXT,
    planfix_task INTEGER,
    planfix_comment INTEGER,
    target INTEGER,
    written_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    position REAL NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    late INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at INTEGER,
    echoed INTEGER NOT NULL,
    sent_print TEXT,
    fingerprint TEXT,
    handed_at INTEGER,              -- of a reply: when it was last handed over or settled
    inbox INTEGER                   -- inbox row it was made from
  );
  CREATE UNIQUE INDEX messages_origin ON messages (connection, origin_key);
  CREATE INDEX messages_comment ON messages (connection, planfix_comment) WHERE planfix_comment IS NOT NULL;
  CREATE INDEX messages_task ON messages (connection, planfix_task, written_at) WHERE planfix_comment IS NOT NULL;
  CREATE INDEX messages_replies ON messages (connection, chatra_client, handed_at)
    WHERE direction = 'to-chatra' AND handed_at IS NOT NULL;
  CREATE INDEX messages_written ON messages (connection, chatra_client, written_at) WHERE direction = 'to-planfix';
  CREATE INDEX messages_open ON messages (conversation, direction, position)
    WHERE state IN ('queued', 'sending', 'retrying');
  CREATE INDEX messages_uncertain ON messages (conversation, direction, position) WHERE state = 'uncertain';

  CREATE TABLE tallies (
    connection TEXT NOT NULL,
    direction TEXT NOT NULL,
    state TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (connection, direction, state)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER messages_counted AFTER INSERT ON messages WHEN NEW.kind <> 'event' BEGIN
    INSERT INTO tallies VALUES (NEW.connection, NEW.direction, NEW.state, 1)
      ON CONFLICT DO UPDATE SET number = number + 1;
  END;
  CREATE TRIGGER messages_recounted AFTER UPDATE OF state ON messages
    WHEN NEW.kind <> 'event' AND NEW.state <> OLD.state BEGIN
    UPDATE tallies SET number = number - 1
      WHERE connection = OLD.connection AND direction = OLD.direction AND state = OLD.state;
    INSERT INTO tallies VALUES (NEW.connection, NEW.direction, NEW.state, 1)
      ON CONFLICT DO UPDATE SET number = number + 1;
  END;

  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL,
    time INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT
  );
  CREATE INDEX entries_message ON entries (message);
  -- The states an owner looks for and that are rare, so that finding them reads no others.
  CREATE INDEX entries_trouble ON entries (state, seq) WHERE state IN ('failed', 'uncertain', 'retrying', 'skipped');

  CREATE TABLE chores (
    id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    conversation INTEGER NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    data TEXT NOT NULL
  );
  CREATE UNIQUE INDEX chores_one ON chores (conversation, kind, key);

  CREATE TABLE agents (
    connection TEXT NOT NULL,
    agent TEXT NOT NULL,
    name TEXT,
    email TEXT,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (connection, agent)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE facts (
    connection TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (connection, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    connection TEXT,
    level TEXT NOT NULL,
    key TEXT NOT NULL,
    params TEXT NOT NULL
  );
  `,
  `
  DROP INDEX conversations_open;
  -- When it stands in the chat: planfix tells the minute at best, so a reply is ordered by when it was noticed.
  ALTER TABLE messages ADD COLUMN said_at INTEGER GENERATED ALWAYS AS
    (CASE direction WHEN 'to-chatra' THEN received_at ELSE written_at END) VIRTUAL;
  CREATE INDEX messages_chat ON messages (conversation, said_at) WHERE conversation IS NOT NULL;
  -- What the live log narrows by, in the order it shows: a million messages are passed over in a tenth of a second.
  CREATE INDEX messages_browse ON messages (id, received_at, connection, direction, state);
  CREATE INDEX conversations_merged ON conversations (merged_into) WHERE merged_into IS NOT NULL;

  -- Messages by quarter of an hour (since 1970): hours and days of every time zone are made of them.
  CREATE TABLE quarters (
    quarter INTEGER NOT NULL,
    connection TEXT NOT NULL,
    direction TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (quarter, connection, direction)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO quarters
    SELECT CAST(received_at / 900000 AS INTEGER), connection, direction, count(*)
    FROM messages WHERE kind <> 'event' GROUP BY 1, 2, 3;
  CREATE TRIGGER messages_charted AFTER INSERT ON messages WHEN NEW.kind <> 'event' BEGIN
    INSERT INTO quarters VALUES
      (CAST(NEW.received_at / 900000 AS INTEGER), NEW.connection, NEW.direction, 1)
      ON CONFLICT DO UPDATE SET number = number + 1;
  END;
  `,
  `
  -- A transcript repeats a chat days later: what stands in it is known by its id, however old.
  CREATE INDEX messages_chatra ON messages (connection, chatra_message) WHERE chatra_message IS NOT NULL;
  `,
  `
  -- Clients' messages in the order of a task's feed; those in its description have no comment.
  CREATE INDEX messages_feed ON messages (connection, planfix_task, coalesce(planfix_comment, 0), position, id)
    WHERE direction = 'to-planfix' AND planfix_task IS NOT NULL;
  `,
  `
  -- Open writes to Planfix: also a conversation whose messages were merged away has to settle its own.
  CREATE INDEX conversations_attempt ON conversations (id) WHERE data ->> '$.attempt' IS NOT NULL;
  `,
  `
  -- A reply finds what changes it.
  CREATE INDEX messages_target ON messages (target) WHERE target IS NOT NULL;
  `,
  `
  -- Planfix's Chat API: a reply passed on twice is known by its number, and messages without a comment wait for theirs.
  ALTER TABLE messages ADD COLUMN channel_message TEXT;
  CREATE INDEX messages_channel ON messages (connection, channel_message) WHERE channel_message IS NOT NULL;
  `,
  `
  -- Conversations are listed by their latest message in either direction, whoever wrote it.
  ALTER TABLE conversations ADD COLUMN said_at INTEGER NOT NULL DEFAULT 0;
  UPDATE conversations SET said_at = coalesce((SELECT said_at FROM messages INDEXED BY messages_chat
    WHERE conversation = conversations.id ORDER BY said_at DESC LIMIT 1), 0);
  ALTER TABLE conversations ADD COLUMN active_at INTEGER GENERATED ALWAYS AS
    (max(said_at, coalesce(data ->> '$.lastActivityAt', 0))) VIRTUAL;
  CREATE INDEX conversations_recent ON conversations (active_at, id) WHERE merged_into IS NULL;
  CREATE TRIGGER messages_said AFTER INSERT ON messages
    WHEN NEW.kind = 'text' AND NEW.conversation IS NOT NULL BEGIN
    UPDATE conversations SET said_at = max(said_at,
      CASE NEW.direction WHEN 'to-chatra' THEN NEW.received_at ELSE NEW.written_at END)
      WHERE id = NEW.conversation;
  END;
  `,
  `
  -- What reports need of the messages with 1024 ids each, once all of these are settled. Rarely one changes later.
  CREATE TABLE report_parts (
    part INTEGER PRIMARY KEY,
    received_to INTEGER NOT NULL,
    data TEXT NOT NULL
  );
  CREATE TRIGGER messages_reported AFTER UPDATE OF connection, conversation, direction, kind, author, written_at,
      received_at, state, reason, sent_at ON messages
    -- Cheaper for each delivery than a list.
    WHEN OLD.state <> 'sending' AND OLD.state <> 'queued' AND OLD.state <> 'retrying' AND OLD.state <> 'received' BEGIN
    DELETE FROM report_parts WHERE part = OLD.id / 1024;
  END;
  `,
  `
  -- Each Planfix account's engine reads the events of its own connections.
  CREATE INDEX inbox_waiting ON inbox (connection, seq) WHERE outcome IS NULL;
  DROP INDEX inbox_pending;
  `,
  `
  -- Every index with a place of its own for each conversation costs a message a page of the disk: one for a task's feed,
  -- and ids in the chat of replies alone, as clients' messages have theirs in origin_key.
  DROP INDEX messages_feed;
  DROP INDEX messages_task;
  CREATE INDEX messages_task ON messages (connection, planfix_task, coalesce(planfix_comment, 0), position, id)
    WHERE planfix_task IS NOT NULL;
  DROP INDEX messages_chatra;
  CREATE INDEX messages_chatra ON messages (connection, chatra_message)
    WHERE direction = 'to-chatra' AND chatra_message IS NOT NULL;
  `,
]

/** Number of the file's format; 0 for an empty file. */
export const versionOf = (sql: Sql): number => sql.value<number>('PRAGMA user_version') ?? 0

/**
 * Upgrades the file to the newest format, one transaction per step. Throws StoreError `newer` for a newer
 * file.
 */
export function migrate(sql: Sql, steps: readonly string[] = migrations): void {
  const found = versionOf(sql)
  if (found > steps.length) throw storeOfOtherVersion(found, steps.length)
  steps.slice(found).forEach((step, index) => {
    sql.now(() => {
      sql.exec(step)
      sql.exec(`PRAGMA user_version = ${found + index + 1}`)
    })
  })
}
