/**
 * The tables, named like those of SQLite (store/migrations.ts), so that both stores are asked the same questions.
 * Different are:
 * - what stands in the JSON of a row is not written again beside it: those columns are generated;
 * - tallies are appended and folded from time to time: a row that every commit changes would make them wait for each
 *   other;
 * - log lines know their transaction: numbers become visible out of order where several processes write.
 * Times are float8, as a vendor's time may have a fraction of a millisecond.
 */
export const SCHEMA = `
CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL);
INSERT INTO meta VALUES ('outside', '0');

-- What each process wrote last: a call that is repeated after a lost connection changes nothing.
CREATE TABLE writers (
  writer text PRIMARY KEY,
  number bigint NOT NULL,
  answers jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);

CREATE SEQUENCE id_blocks;

CREATE TABLE inbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  connection text NOT NULL,
  source text NOT NULL,
  received_at float8 NOT NULL,
  body text NOT NULL,
  outcome text,
  reason text
);
CREATE INDEX inbox_pending ON inbox (seq) WHERE outcome IS NULL;

CREATE TABLE conversations (
  id bigint PRIMARY KEY,
  connection text NOT NULL GENERATED ALWAYS AS (data ->> 'connectionId') STORED,
  contact bigint GENERATED ALWAYS AS ((data ->> 'contactId')::bigint) STORED,
  client_left int NOT NULL GENERATED ALWAYS AS ((data ->> 'clientLeft')::boolean::int) STORED,
  merged_into bigint GENERATED ALWAYS AS ((data ->> 'mergedInto')::bigint) STORED,
  said_at float8 NOT NULL DEFAULT 0,
  active_at float8 NOT NULL GENERATED ALWAYS AS
    (greatest(said_at, coalesce((data ->> 'lastActivityAt')::float8, 0))) STORED,
  data jsonb NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX conversations_contact ON conversations (connection, contact) WHERE contact IS NOT NULL;
CREATE INDEX conversations_merged ON conversations (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX conversations_attempt ON conversations (id) WHERE data ->> 'attempt' IS NOT NULL;
CREATE INDEX conversations_recent ON conversations (active_at, id) WHERE merged_into IS NULL;

CREATE TABLE clients (
  rowid bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  connection text NOT NULL,
  client text NOT NULL,
  conversation bigint NOT NULL,
  email text,
  last_wrote_at float8 NOT NULL,
  last_visit_at float8,
  profile jsonb NOT NULL,
  PRIMARY KEY (connection, client)
) WITH (fillfactor = 85);
CREATE INDEX clients_conversation ON clients (conversation);
CREATE INDEX clients_email ON clients (connection, email, last_wrote_at) WHERE email IS NOT NULL;

CREATE TABLE tasks (
  connection text NOT NULL GENERATED ALWAYS AS (data ->> 'connectionId') STORED,
  task bigint NOT NULL GENERATED ALWAYS AS ((data ->> 'taskId')::bigint) STORED,
  conversation bigint NOT NULL GENERATED ALWAYS AS ((data ->> 'conversationId')::bigint) STORED,
  chat text NOT NULL GENERATED ALWAYS AS (data ->> 'chatId') STORED,
  last_activity_at float8 NOT NULL GENERATED ALWAYS AS ((data ->> 'lastActivityAt')::float8) STORED,
  deleted int NOT NULL GENERATED ALWAYS AS ((data ->> 'deleted')::boolean::int) STORED,
  data jsonb NOT NULL,
  PRIMARY KEY (connection, task)
) WITH (fillfactor = 85);
CREATE INDEX tasks_conversation ON tasks (conversation);
CREATE INDEX tasks_chat ON tasks (connection, chat);
CREATE INDEX tasks_watched ON tasks (connection, last_activity_at) WHERE deleted = 0;

CREATE TABLE messages (
  id bigint PRIMARY KEY,
  connection text NOT NULL,
  conversation bigint,
  direction text NOT NULL,
  kind text NOT NULL,
  author jsonb NOT NULL,
  text text,
  files text,
  origin_key text NOT NULL,
  chatra_client text,
  chatra_message text,
  planfix_task bigint,
  planfix_comment bigint,
  channel_message text,
  target bigint,
  written_at float8 NOT NULL,
  received_at float8 NOT NULL,
  position float8 NOT NULL,
  state text NOT NULL,
  reason text,
  late int NOT NULL,
  attempts int NOT NULL,
  sent_at float8,
  echoed int NOT NULL,
  sent_print text,
  fingerprint text,
  handed_at float8,
  inbox bigint,
  said_at float8 NOT NULL GENERATED ALWAYS AS
    (CASE direction WHEN 'to-chatra' THEN received_at ELSE written_at END) STORED
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX messages_origin ON messages (connection, origin_key);
CREATE INDEX messages_comment ON messages (connection, planfix_comment) WHERE planfix_comment IS NOT NULL;
CREATE INDEX messages_task ON messages (connection, planfix_task, written_at) WHERE planfix_comment IS NOT NULL;
CREATE INDEX messages_replies ON messages (connection, chatra_client, handed_at)
  WHERE direction = 'to-chatra' AND handed_at IS NOT NULL;
CREATE INDEX messages_written ON messages (connection, chatra_client, written_at) WHERE direction = 'to-planfix';
CREATE INDEX messages_open ON messages (conversation, direction, position)
  WHERE state IN ('queued', 'sending', 'retrying');
CREATE INDEX messages_uncertain ON messages (conversation, direction, position) WHERE state = 'uncertain';
CREATE INDEX messages_chat ON messages (conversation, said_at) WHERE conversation IS NOT NULL;
CREATE INDEX messages_browse ON messages (received_at);
CREATE INDEX messages_chatra ON messages (connection, chatra_message) WHERE chatra_message IS NOT NULL;
CREATE INDEX messages_feed ON messages (connection, planfix_task, coalesce(planfix_comment, 0), position, id)
  WHERE direction = 'to-planfix' AND planfix_task IS NOT NULL;
CREATE INDEX messages_target ON messages (target) WHERE target IS NOT NULL;
CREATE INDEX messages_channel ON messages (connection, channel_message) WHERE channel_message IS NOT NULL;

CREATE TABLE entries (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  message bigint NOT NULL,
  time float8 NOT NULL,
  state text NOT NULL,
  reason text
);
CREATE INDEX entries_followed ON entries (xid, seq);
CREATE INDEX entries_message ON entries (message);
CREATE INDEX entries_trouble ON entries (state, seq) WHERE state IN ('failed', 'uncertain', 'retrying', 'skipped');

CREATE TABLE chores (
  id bigint PRIMARY KEY,
  connection text NOT NULL GENERATED ALWAYS AS (data ->> 'connectionId') STORED,
  conversation bigint NOT NULL GENERATED ALWAYS AS ((data ->> 'conversationId')::bigint) STORED,
  kind text NOT NULL GENERATED ALWAYS AS (data ->> 'kind') STORED,
  key text NOT NULL GENERATED ALWAYS AS (data ->> 'key') STORED,
  data jsonb NOT NULL
);
CREATE UNIQUE INDEX chores_one ON chores (conversation, kind, key);

CREATE TABLE agents (
  connection text NOT NULL,
  agent text COLLATE "C" NOT NULL,
  name text,
  email text,
  seen_at float8 NOT NULL,
  PRIMARY KEY (connection, agent)
);
CREATE TABLE facts (
  connection text NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (connection, key)
) WITH (fillfactor = 70);
CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  time float8 NOT NULL,
  connection text,
  level text NOT NULL,
  key text NOT NULL,
  params text NOT NULL
);
CREATE TABLE report_parts (part bigint PRIMARY KEY, received_to float8 NOT NULL, data text NOT NULL);

CREATE TABLE tally_steps (connection text NOT NULL, direction text NOT NULL, state text NOT NULL, number bigint NOT NULL);
CREATE VIEW tallies AS SELECT connection, direction, state, sum(number)::bigint AS number
  FROM tally_steps GROUP BY connection, direction, state;
-- Messages by quarter of an hour (since 1970).
CREATE TABLE quarter_steps (quarter bigint NOT NULL, connection text NOT NULL, direction text NOT NULL, number bigint NOT NULL);
CREATE INDEX quarter_steps_quarter ON quarter_steps (quarter);
CREATE VIEW quarters AS SELECT quarter, connection, direction, sum(number)::bigint AS number
  FROM quarter_steps GROUP BY quarter, connection, direction;

CREATE FUNCTION messages_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.kind <> 'event' THEN
    INSERT INTO tally_steps VALUES (NEW.connection, NEW.direction, NEW.state, 1);
    INSERT INTO quarter_steps VALUES (floor(NEW.received_at / 900000), NEW.connection, NEW.direction, 1);
  END IF;
  IF NEW.kind = 'text' AND NEW.conversation IS NOT NULL THEN
    UPDATE conversations SET said_at = NEW.said_at WHERE id = NEW.conversation AND said_at < NEW.said_at;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER messages_added AFTER INSERT ON messages FOR EACH ROW EXECUTE FUNCTION messages_added();

CREATE FUNCTION messages_recounted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO tally_steps VALUES
    (OLD.connection, OLD.direction, OLD.state, -1), (NEW.connection, NEW.direction, NEW.state, 1);
  RETURN NULL;
END $$;
CREATE TRIGGER messages_recounted AFTER UPDATE ON messages FOR EACH ROW
  WHEN (NEW.kind <> 'event' AND OLD.state <> NEW.state) EXECUTE FUNCTION messages_recounted();

CREATE FUNCTION messages_reported() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM report_parts WHERE part = OLD.id / 1024;
  RETURN NULL;
END $$;
CREATE TRIGGER messages_reported AFTER UPDATE ON messages FOR EACH ROW
  WHEN (OLD.state NOT IN ('sending', 'queued', 'retrying', 'received')
    AND (OLD.connection, OLD.conversation, OLD.direction, OLD.kind, OLD.author, OLD.written_at, OLD.received_at,
      OLD.state, OLD.reason, OLD.sent_at)
    IS DISTINCT FROM (NEW.connection, NEW.conversation, NEW.direction, NEW.kind, NEW.author, NEW.written_at,
      NEW.received_at, NEW.state, NEW.reason, NEW.sent_at)) EXECUTE FUNCTION messages_reported();

-- Sums up what was appended since the last call; commits go on meanwhile.
CREATE FUNCTION bridge_fold() RETURNS void LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM tally_steps RETURNING *)
    INSERT INTO tally_steps SELECT connection, direction, state, sum(number) FROM gone GROUP BY 1, 2, 3;
  WITH gone AS (DELETE FROM quarter_steps RETURNING *)
    INSERT INTO quarter_steps SELECT quarter, connection, direction, sum(number) FROM gone GROUP BY 1, 2, 3;
$$;

-- The numbers of a JSON list, as rows.
CREATE FUNCTION bridge_numbers(list text) RETURNS TABLE (value bigint) LANGUAGE sql IMMUTABLE AS $$
  SELECT one::bigint FROM jsonb_array_elements_text(list::jsonb) AS one
$$;
`
