import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EventHeader, SealedEvent } from '../relay-protocol/keys.ts'
import { storeMissing } from '../store/errors.ts'
import { privateFile, privateFolder } from '../store/files.ts'
import { GroupCommit } from '../store/group-commit.ts'
import { lockFolder } from '../store/lock.ts'
import { migrate } from '../store/migrations.ts'
import { Sql } from '../store/sql.ts'

/** A paired computer. Keys are base64url texts. */
export interface Device {
  device: string
  name: string
  signKey: string
  sealKey: string
  pairedAt: number
}
export interface StoredEvent extends EventHeader, SealedEvent {}
export interface StoredNotice {
  id: number
  kind: 'refused' | 'expired'
  connectionId: string
  count: number
  since: number
}
export interface Tally {
  events: number
  bytes: number
}

const STEPS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  CREATE TABLE devices (
    device TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    sign_key TEXT NOT NULL,
    seal_key TEXT NOT NULL,
    paired_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- At most one row: what both sides make of the code, never the code.
  CREATE TABLE pairing (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    code_key TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    tries_left INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE connections (
    device TEXT NOT NULL REFERENCES devices ON DELETE CASCADE,
    connection TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (device, connection)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    source TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sender_key TEXT NOT NULL,
    keys TEXT NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE TABLE notices (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    connection TEXT NOT NULL,
    count INTEGER NOT NULL,
    since INTEGER NOT NULL,
    UNIQUE (kind, connection)
  ) STRICT;
  `,
]

/** One page of sealed bodies, and one step of deleting old ones. */
const PAGE_EVENTS = 200
const PAGE_BYTES = 1024 * 1024
const DROP_EVENTS = 500
/** Event numbers are this factor times the milliseconds since 1970, or a little more. */
const PER_MS = 1024

/** A period in which one desktop is active. */
export interface Term {
  /** Never repeats. */
  turn: number
  /**
   * When the relay last heard from the previous desktop, milliseconds since 1970 by the relay's clock; 0 =
   * there was none.
   */
  formerHeardAt: number
}

/**
 * The relay's data: undelivered events (sealed), the paired computers, and the relay's keys, in one SQLite
 * file whose commits survive a power cut. Failures of the disk are StoreErrors of the kind `unavailable`. The
 * commands beside a running relay (`pair`, `unpair`) use the same file.
 */
export class RelayStore {
  readonly #sql: Sql
  readonly #writes: GroupCommit
  readonly #release: () => void
  /** Number of the last event ever received. */
  #lastSeq: number

  private constructor(sql: Sql, release: () => void) {
    this.#sql = sql
    this.#writes = new GroupCommit(sql)
    this.#release = release
    this.#lastSeq = Number(this.#meta('last_seq', () => 0))
  }

  /** For the relay itself: creates the folder and prevents a second relay (StoreError, kind `in-use`). */
  static open(dir: string): RelayStore {
    privateFolder(dir)
    privateFile(join(dir, 'relay.lock'))
    const release = lockFolder(dir, join(dir, 'relay.lock'))
    try {
      privateFile(fileIn(dir))
      const sql = new Sql(fileIn(dir), { busyTimeout: 100 })
      migrate(sql, STEPS)
      return new RelayStore(sql, release)
    } catch (error) {
      release()
      throw error
    }
  }

  /**
   * For a command beside the relay. Throws a StoreError of the kind `missing` when no relay has ever run on
   * the folder.
   */
  static beside(dir: string): RelayStore {
    if (!existsSync(fileIn(dir))) throw storeMissing(dir)
    const sql = new Sql(fileIn(dir), { fileMustExist: true, busyTimeout: 10_000 })
    migrate(sql, STEPS)
    return new RelayStore(sql, () => undefined)
  }

  async close(): Promise<void> {
    await this.#writes.drained()
    this.#sql.close()
    this.#release()
  }

  /** The seed of the relay's own key, and the key of the address hashes; generated once. */
  keys(): { seed: Buffer; hookKey: Buffer } {
    const fresh = () => randomBytes(32).toString('base64url')
    const read = (name: string) => Buffer.from(String(this.#meta(name, fresh)), 'base64url')
    return { seed: read('seed'), hookKey: read('hook_key') }
  }

  /** Changes when a command beside the relay has written to the file. */
  dataVersion(): number {
    return this.#sql.value<number>('PRAGMA data_version') ?? 0
  }

  // ---- pairing

  /** One code at a time: a new one replaces the previous one. */
  offerPairing(codeKey: Buffer, expiresAt: number, tries: number): void {
    const row = [codeKey.toString('base64url'), expiresAt, tries] as const
    this.#sql.run('INSERT OR REPLACE INTO pairing VALUES (1, ?, ?, ?)', ...row)
  }

  /** The key derived from the valid code, at the cost of one of its tries; null = there is none. */
  tryPairing(now: number): Buffer | null {
    this.#sql.run('DELETE FROM pairing WHERE expires_at <= ? OR tries_left <= 0', now)
    const key = this.#sql.value<string>('UPDATE pairing SET tries_left = tries_left - 1 RETURNING code_key')
    return key === null ? null : Buffer.from(key, 'base64url')
  }

  /**
   * Invalidates the code `codeKey` and adds the computer; false when the code was used or replaced meanwhile.
   */
  pair(codeKey: Buffer, device: Device): boolean {
    return this.#sql.now(() => {
      const used = this.#sql.run('DELETE FROM pairing WHERE code_key = ?', codeKey.toString('base64url'))
      if (used.changes === 0) return false
      const { device: id, name, signKey, sealKey, pairedAt } = device
      this.#sql.run(
        `INSERT INTO devices VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
         SET name = excluded.name, seal_key = excluded.seal_key, paired_at = excluded.paired_at`,
        ...[id, name, signKey, sealKey, pairedAt],
      )
      return true
    })
  }

  devices(): Device[] {
    return this.#sql.all<Device>(
      `SELECT device, name, sign_key AS signKey, seal_key AS sealKey, paired_at AS pairedAt
       FROM devices ORDER BY paired_at`,
    )
  }

  /** False when there is no computer with this name. */
  unpair(device: string): boolean {
    return this.#sql.run('DELETE FROM devices WHERE device = ?', device).changes > 0
  }

  get active(): string | null {
    return this.#stored('active')
  }
  /** The number of the current hand-over, and when the relay last heard from the previous desktop. */
  get term(): Term {
    return {
      turn: Number(this.#stored('turn') ?? 0),
      formerHeardAt: Number(this.#stored('former_heard_at') ?? 0),
    }
  }
  /** Another desktop than the previous one becomes active. */
  setActive(device: string, { turn, formerHeardAt }: Term): Promise<void> {
    return this.#writes.write(() => {
      this.#setMeta('turn', turn)
      this.#setMeta('former_heard_at', formerHeardAt)
      this.#setMeta('active', device)
    })
  }

  /** When the relay last heard from the active desktop, for a restarted relay. */
  get heardAt(): number {
    return Number(this.#stored('heard_at') ?? 0)
  }
  /** Writes a small record; rejects while the disk refuses. */
  proveWritable(now: number): Promise<void> {
    return this.#writes.write(() => this.#setMeta('written_at', now))
  }
  setHeardAt(at: number): Promise<void> {
    return this.#writes.write(() => this.#setMeta('heard_at', at))
  }

  // ---- connections

  connections(): { device: string; connectionId: string; hash: string }[] {
    return this.#sql.all('SELECT device, connection AS connectionId, hash FROM connections')
  }

  setConnections(device: string, list: readonly { id: string; hash: string }[]): Promise<void> {
    return this.#writes.write(() => {
      this.#sql.run('DELETE FROM connections WHERE device = ?', device)
      for (const { id, hash } of list) {
        this.#sql.run('INSERT OR REPLACE INTO connections VALUES (?, ?, ?)', device, id, hash)
      }
    })
  }

  // ---- events

  /**
   * The number of the next event. Numbers grow with the clock, so that they never repeat, not even after an
   * old backup was restored; and they always grow, so that order is kept when the clock is set back.
   */
  nextSeq(now: number): number {
    this.#lastSeq = Math.max(this.#lastSeq + 1, Math.floor(now) * PER_MS)
    return this.#lastSeq
  }

  /** Resolves when it is on disk. Events are stored in the order of the calls. */
  add(event: StoredEvent): Promise<void> {
    const { seq, connectionId, source, receivedAt, from, keys, body } = event
    return this.#writes.write(() => {
      this.#sql.run(
        'INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        ...[seq, connectionId, source, receivedAt, body.length, from, JSON.stringify(keys), body],
      )
      this.#setMeta('last_seq', seq)
    })
  }

  /** The next page of events after this number, in order; empty at the end. */
  eventsAfter(seq: number): StoredEvent[] {
    const sizes = this.#sql.all<{ seq: number; size: number }>(
      'SELECT seq, size FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
      ...[seq, PAGE_EVENTS],
    )
    let bytes = 0
    let to = seq
    for (const one of sizes) {
      bytes += one.size
      if (to > seq && bytes > PAGE_BYTES) break
      to = one.seq
    }
    const rows = this.#sql.all<Omit<StoredEvent, 'keys'> & { keys: string }>(
      `SELECT seq, connection AS connectionId, source, received_at AS receivedAt, sender_key AS "from", keys, body
       FROM events WHERE seq > ? AND seq <= ? ORDER BY seq`,
      ...[seq, to],
    )
    return rows.map((row) => ({ ...row, keys: JSON.parse(row.keys) as Record<string, string> }))
  }

  /** Deletes delivered events. */
  drop(seqs: readonly number[]): Promise<Map<string, Tally>> {
    return this.#writes.write(() => {
      const dropped = new Map<string, Tally>()
      for (const seq of seqs) {
        const row = this.#sql.get<{ connection: string; size: number }>(
          'DELETE FROM events WHERE seq = ? RETURNING connection, size',
          seq,
        )
        if (row) count(dropped, row.connection, row.size)
      }
      return dropped
    })
  }

  /** Deletes events not delivered since `before`, in small steps, and records their number. */
  async dropOlderThan(before: number, now: number): Promise<Map<string, Tally>> {
    const dropped = new Map<string, Tally>()
    for (;;) {
      const seqs = this.#sql.column<number>(
        'SELECT seq FROM events WHERE seq < ? AND received_at < ? ORDER BY seq LIMIT ?',
        ...[before * PER_MS, before, DROP_EVENTS],
      )
      const step = await this.drop(seqs)
      for (const [connection, { events, bytes }] of step) {
        await this.note('expired', connection, events, now)
        count(dropped, connection, bytes, events)
      }
      if (seqs.length < DROP_EVENTS) break
    }
    this.#sql.exec('PRAGMA incremental_vacuum(2000)')
    return dropped
  }

  tallies(): Map<string, Tally> {
    const rows = this.#sql.all<Tally & { connection: string }>(
      'SELECT connection, count(*) AS events, sum(size) AS bytes FROM events GROUP BY connection',
    )
    return new Map(rows.map(({ connection, events, bytes }) => [connection, { events, bytes }]))
  }

  // ---- notices for the owner

  note(kind: StoredNotice['kind'], connectionId: string, events: number, now: number): Promise<void> {
    return this.#writes.write(() => {
      this.#sql.run(
        `INSERT INTO notices (kind, connection, count, since) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET count = count + excluded.count`,
        ...[kind, connectionId, events, now],
      )
    })
  }
  notices(): StoredNotice[] {
    return this.#sql.all<StoredNotice>(
      'SELECT id, kind, connection AS connectionId, count, since FROM notices',
    )
  }
  /** This many of them were reported. */
  noted(id: number, events: number): Promise<void> {
    return this.#writes.write(() => {
      this.#sql.run('UPDATE notices SET count = count - ? WHERE id = ?', events, id)
      this.#sql.run('DELETE FROM notices WHERE id = ? AND count <= 0', id)
    })
  }

  #meta(key: string, first: () => string | number): string | number {
    this.#sql.run('INSERT OR IGNORE INTO meta VALUES (?, ?)', key, first())
    return this.#sql.value<string | number>('SELECT value FROM meta WHERE key = ?', key) ?? 0
  }
  #stored(key: string): string | null {
    return this.#sql.value<string>('SELECT value FROM meta WHERE key = ?', key)
  }
  #setMeta(key: string, value: string | number | null): void {
    this.#sql.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', key, value)
  }
}

function count(tallies: Map<string, Tally>, connection: string, bytes: number, events = 1): void {
  const before = tallies.get(connection) ?? { events: 0, bytes: 0 }
  tallies.set(connection, { events: before.events + events, bytes: before.bytes + bytes })
}

const fileIn = (dir: string): string => join(dir, 'relay.sqlite')
