/** Who carries which unit, and which hosts there are. */
export const LEASE_TABLES = `
CREATE TABLE hosts (
  host text PRIMARY KEY,
  name text NOT NULL,
  address text NOT NULL,
  version text NOT NULL,
  breaks bigint NOT NULL,
  seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);
-- A unit without a holder, or whose time is over, may be taken. The turn counts its takers: a commit under an earlier
-- turn is refused.
CREATE TABLE leases (
  unit text PRIMARY KEY,
  holder text,
  turn bigint NOT NULL DEFAULT 0,
  until timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
-- A message may be stored after others with higher ids, of another host: what reports keep of its part lacks it.
CREATE FUNCTION messages_joined() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM report_parts WHERE part = NEW.id / 1024;
  RETURN NULL;
END $$;
CREATE TRIGGER messages_joined AFTER INSERT ON messages FOR EACH ROW EXECUTE FUNCTION messages_joined();
-- A program of before the leases would write without one.
DROP FUNCTION IF EXISTS bridge_commit(text, bigint, boolean, jsonb);
DROP FUNCTION IF EXISTS bridge_writes(text, boolean);
DELETE FROM meta WHERE key = 'holder';
`

/**
 * Leases (docs/scale.md, "Leases"). The database's clock alone decides how long a lease lasts; no host compares its own
 * with it. Who takes a unit locks its row against the commits of the former holder (FOR UPDATE against their FOR KEY
 * SHARE), so that none of them ends later; a renewal passes beside commits.
 */
export const LEASE_FUNCTIONS = `
-- What all programs on these tables hear: 'inbox CONNECTION', 'lease', 'changed', …
CREATE OR REPLACE FUNCTION bridge_tell(words text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_notify('bridge/' || current_schema(), words)
$$;

-- The host lives, and all of its leases last for \`ttl_ms\` from now on. Answers those.
CREATE OR REPLACE FUNCTION bridge_beat(me text, presence jsonb, ttl_ms int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  held jsonb;
BEGIN
  INSERT INTO hosts VALUES (me, presence ->> 'name', presence ->> 'address', presence ->> 'version',
      (presence ->> 'breaks')::bigint, clock_timestamp())
    ON CONFLICT (host) DO UPDATE SET name = excluded.name, address = excluded.address, version = excluded.version,
      breaks = excluded.breaks, seen_at = clock_timestamp();
  -- For so long it may still be given webhooks, without a word to the others.
  DELETE FROM hosts WHERE seen_at < clock_timestamp() - interval '10 minutes';
  WITH renewed AS (UPDATE leases SET until = clock_timestamp() + make_interval(secs => ttl_ms / 1000.0)
    WHERE holder = me RETURNING unit, turn)
    SELECT coalesce(jsonb_agg(to_jsonb(renewed)), '[]') INTO held FROM renewed;
  RETURN held;
END $$;

-- All hosts, which of these units nobody holds, and which connections have events that are not decided on.
CREATE OR REPLACE FUNCTION bridge_look(units text[]) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object(
    'hosts', (SELECT coalesce(jsonb_agg(jsonb_build_object('host', host, 'name', name, 'address', address,
      'version', version, 'breaks', breaks,
      'silentMs', extract(epoch FROM clock_timestamp() - seen_at) * 1000) ORDER BY host), '[]') FROM hosts),
    'free', (SELECT coalesce(jsonb_agg(unit), '[]') FROM unnest(units) AS unit WHERE NOT EXISTS
      (SELECT 1 FROM leases WHERE leases.unit = unit.unit AND holder IS NOT NULL AND until > clock_timestamp())),
    'waiting', (SELECT coalesce(jsonb_agg(DISTINCT connection), '[]') FROM inbox WHERE outcome IS NULL))
$$;

-- At most \`most\` of these units become this host's, those that nobody holds; those that are about to be taken by another are left.
CREATE OR REPLACE FUNCTION bridge_take(me text, units text[], most int, ttl_ms int) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  taken jsonb;
BEGIN
  INSERT INTO leases (unit) SELECT unnest(units) ORDER BY 1 ON CONFLICT DO NOTHING;
  WITH mine AS (
    SELECT unit FROM leases WHERE unit = ANY(units) AND (holder IS NULL OR until < clock_timestamp())
      ORDER BY random() LIMIT most FOR UPDATE SKIP LOCKED
  ), changed AS (
    UPDATE leases SET holder = me, turn = turn + 1, until = clock_timestamp() + make_interval(secs => ttl_ms / 1000.0)
      FROM mine WHERE leases.unit = mine.unit RETURNING leases.unit, turn
  ) SELECT coalesce(jsonb_agg(to_jsonb(changed)), '[]') INTO taken FROM changed;
  RETURN taken;
END $$;

-- This host carries these units no longer; others may take them at once.
CREATE OR REPLACE FUNCTION bridge_give_back(me text, units text[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE leases SET holder = NULL, until = '-infinity' WHERE unit = ANY(units) AND holder = me;
  IF FOUND THEN PERFORM bridge_tell('lease'); END IF;
END $$;

-- The host takes nothing more; with \`is_gone\` it certainly does not work any more either.
CREATE OR REPLACE FUNCTION bridge_retire(gone text, is_gone boolean) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM hosts WHERE host = gone;
  IF is_gone THEN PERFORM bridge_give_back(gone, ARRAY(SELECT unit FROM leases WHERE holder = gone)); END IF;
  PERFORM bridge_tell('lease');
END $$;

-- Whether a commit comes too late: another host was given the unit since. It is kept from being given until this
-- transaction ends.
CREATE OR REPLACE FUNCTION bridge_is_refused(me text, lease jsonb) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
  IF lease IS NULL OR lease = 'null' THEN RETURN false; END IF;
  PERFORM 1 FROM leases WHERE unit = lease ->> 'unit' AND holder = me AND turn = (lease ->> 'turn')::bigint
    FOR KEY SHARE;
  RETURN NOT FOUND;
END $$;
`
