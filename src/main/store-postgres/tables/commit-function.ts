import { MESSAGE_COLUMNS as COLUMNS } from '../../store/rows/messages.ts'

const ROW = COLUMNS.map((column) => `row.${column}`).join(', ')

/**
 * All that waits to be written is one call: no transaction is ever open while the network is waited for, and no lock
 * is held by a process that was stopped.
 *
 * `bridge_commit(writer, number, is_beside, commits, hints)`: `commits` is a list of `{"lease", "changes"}`, the changes as
 * changes.ts shapes them. Each commit is all or nothing; the answer has for each NULL, or why it was refused:
 * `{"code", "message"}`. One with a lease (`{"unit", "turn"}`) is refused (BR001) when another host was given the unit
 * since. A call with a number that was carried out before changes nothing and has the same answer. `is_beside`: the
 * command line writes, which servers notice; `hints`: the connections whose events another host decides on.
 */
export const COMMIT_FUNCTION = `
CREATE OR REPLACE FUNCTION bridge_save_job(job jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM chores WHERE id = (job ->> 'id')::bigint;
  DELETE FROM chores WHERE conversation = (job ->> 'conversationId')::bigint AND kind = job ->> 'kind'
    AND key = job ->> 'key';
  INSERT INTO chores (id, data) VALUES ((job ->> 'id')::bigint, job);
END $$;

CREATE OR REPLACE FUNCTION bridge_apply(changes jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  change jsonb;
  row messages;
  known jsonb;
BEGIN
  FOR change IN SELECT one FROM jsonb_array_elements(changes) AS one LOOP
    CASE change ->> 'type'
    WHEN 'inbox.add' THEN
      INSERT INTO inbox (connection, source, received_at, body) VALUES
        (change ->> 'connection', change ->> 'source', (change ->> 'at')::float8, change ->> 'body');
    WHEN 'inbox.settle' THEN
      UPDATE inbox SET outcome = change ->> 'outcome', reason = change ->> 'reason'
        WHERE seq = (change ->> 'seq')::bigint;
    WHEN 'conversation.add' THEN
      INSERT INTO conversations (id, data)
        VALUES ((change #>> '{conversation,id}')::bigint, change -> 'conversation');
    WHEN 'conversation.patch' THEN
      UPDATE conversations SET data = data || (change -> 'patch') WHERE id = (change ->> 'id')::bigint;
      IF NOT FOUND THEN RAISE EXCEPTION 'conversation.patch: no conversation %', change ->> 'id'; END IF;
    WHEN 'client.save' THEN
      INSERT INTO clients (connection, client, conversation, email, last_wrote_at, last_visit_at, profile)
        VALUES (change ->> 'connection', change ->> 'client', (change ->> 'conversation')::bigint,
          change ->> 'email', (change ->> 'wroteAt')::float8, (change ->> 'visitAt')::float8, change -> 'profile')
        ON CONFLICT (connection, client) DO UPDATE SET conversation = excluded.conversation,
          email = excluded.email, last_wrote_at = excluded.last_wrote_at,
          last_visit_at = excluded.last_visit_at, profile = excluded.profile;
    WHEN 'task.add' THEN
      INSERT INTO tasks (data) VALUES (change -> 'task')
        ON CONFLICT (connection, task) DO UPDATE SET data = excluded.data;
    WHEN 'task.patch' THEN
      UPDATE tasks SET data = data || (change -> 'patch')
        WHERE connection = change ->> 'connection' AND task = (change ->> 'task')::bigint;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'task.patch: no task % in %', change ->> 'task', change ->> 'connection';
      END IF;
    WHEN 'message.add' THEN
      row := jsonb_populate_record(NULL::messages, change -> 'row');
      INSERT INTO messages (${COLUMNS.join(', ')}) VALUES (${ROW})
        ON CONFLICT (connection, origin_key) DO NOTHING;
      IF FOUND THEN
        INSERT INTO entries (message, time, state, reason)
          SELECT row.id, row.received_at, one ->> 'state', one ->> 'reason'
          FROM jsonb_array_elements(change -> 'states') WITH ORDINALITY AS states (one, place) ORDER BY place;
      END IF;
    WHEN 'message.patch' THEN
      SELECT * INTO row FROM messages WHERE id = (change ->> 'id')::bigint
        AND (change -> 'from' IS NULL OR change -> 'from' ? state) FOR UPDATE;
      CONTINUE WHEN NOT FOUND;
      row := jsonb_populate_record(row, change -> 'row');
      IF row.direction = 'to-chatra' AND change ->> 'handedAt' IS NOT NULL THEN
        row.handed_at := greatest(row.handed_at, (change ->> 'handedAt')::float8);
      END IF;
      UPDATE messages SET (${COLUMNS.join(', ')}) = ROW(${ROW}) WHERE id = (change ->> 'id')::bigint;
      IF (change ->> 'isLogged')::boolean THEN
        INSERT INTO entries (message, time, state, reason)
          VALUES (row.id, (change ->> 'at')::float8, row.state, row.reason);
      END IF;
    WHEN 'job.add' THEN
      PERFORM bridge_save_job(change -> 'job');
    WHEN 'job.patch' THEN
      SELECT data INTO known FROM chores WHERE id = (change ->> 'id')::bigint;
      -- It may have been replaced or cancelled while it was running.
      IF FOUND THEN PERFORM bridge_save_job(known || (change -> 'patch')); END IF;
    WHEN 'job.drop' THEN
      DELETE FROM chores WHERE id = (change ->> 'id')::bigint;
    WHEN 'job.cancel' THEN
      DELETE FROM chores WHERE conversation = (change ->> 'conversation')::bigint AND kind = change ->> 'kind';
    WHEN 'agent.seen' THEN
      INSERT INTO agents VALUES (change ->> 'connection', change ->> 'agent', change ->> 'name',
          change ->> 'email', (change ->> 'at')::float8)
        ON CONFLICT (connection, agent) DO UPDATE SET name = coalesce(excluded.name, agents.name),
          email = coalesce(excluded.email, agents.email), seen_at = greatest(excluded.seen_at, agents.seen_at);
    WHEN 'fact.set' THEN
      IF change ->> 'value' IS NULL THEN
        DELETE FROM facts WHERE connection = change ->> 'connection' AND key = change ->> 'key';
      ELSE
        INSERT INTO facts VALUES (change ->> 'connection', change ->> 'key', change ->> 'value')
          ON CONFLICT (connection, key) DO UPDATE SET value = excluded.value;
      END IF;
    WHEN 'event.add' THEN
      -- Events are rare: their numbers become visible in order.
      LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE;
      INSERT INTO events (time, connection, level, key, params) VALUES ((change ->> 'time')::float8,
        change ->> 'connection', change ->> 'level', change ->> 'key', change ->> 'params');
    END CASE;
  END LOOP;
END $$;

-- Servers look at what waits: somebody else has changed it.
CREATE OR REPLACE FUNCTION bridge_changed() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE meta SET value = value::bigint + 1 WHERE key = 'outside';
  PERFORM bridge_tell('changed');
END $$;

CREATE OR REPLACE FUNCTION bridge_commit(me text, call bigint, is_beside boolean, commits jsonb, hints text[])
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  done writers;
  one jsonb;
  answers jsonb := '[]';
  code text;
  message text;
BEGIN
  SELECT * INTO done FROM writers WHERE writer = me FOR UPDATE;
  IF FOUND AND done.number >= call THEN RETURN done.answers; END IF;
  FOR one IN SELECT item FROM jsonb_array_elements(commits) WITH ORDINALITY AS list (item, place) ORDER BY place LOOP
    IF bridge_is_refused(me, one -> 'lease') THEN
      answers := answers || jsonb_build_array(jsonb_build_object('code', 'BR001', 'message', one #>> '{lease,unit}'));
      CONTINUE;
    END IF;
    BEGIN
      PERFORM bridge_apply(one -> 'changes');
      answers := answers || 'null'::jsonb;
    EXCEPTION WHEN OTHERS THEN
      -- A database that cannot write says so to all; a change that breaks a rule fails alone.
      IF left(SQLSTATE, 2) IN ('08', '53', '55', '57', '58', '25', '40') THEN RAISE; END IF;
      GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
      answers := answers || jsonb_build_array(jsonb_build_object('code', code, 'message', message));
    END;
  END LOOP;
  INSERT INTO writers (writer, number, answers) VALUES (me, call, answers)
    ON CONFLICT (writer) DO UPDATE SET number = call, answers = excluded.answers, at = clock_timestamp();
  IF is_beside THEN PERFORM bridge_changed(); END IF;
  PERFORM bridge_tell('inbox ' || hint) FROM unnest(hints) AS hint;
  RETURN answers;
END $$;
`
