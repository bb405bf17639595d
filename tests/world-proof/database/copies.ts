import type pg from 'pg'

const TABLES = `SELECT table_name AS name,
    string_agg(quote_ident(column_name), ', ') FILTER (WHERE is_generated = 'NEVER') AS columns
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
  WHERE table_schema = $1 AND table_type = 'BASE TABLE' GROUP BY table_name`
const SEQUENCES = `SELECT sequencename AS name, coalesce(last_value, 0) AS at FROM pg_sequences WHERE schemaname = $1`

interface Table {
  name: string
  columns: string
}

/** A copy of all tables of a schema, in a schema beside it, as a backup of the database holds them. */
export class Copies {
  private readonly client: pg.Client
  private readonly schema: string
  private sequences: { name: string; at: string }[] | null = null

  constructor(client: pg.Client, schema: string) {
    this.client = client
    this.schema = schema
  }

  get exists(): boolean {
    return this.sequences !== null
  }

  async make(): Promise<void> {
    const { client, schema } = this
    const tables = await this.tables()
    const made = tables.map(({ name }) => `CREATE TABLE ${schema}_copy.${name} AS TABLE ${schema}.${name};`)
    await client.query(`BEGIN; DROP SCHEMA IF EXISTS ${schema}_copy CASCADE; CREATE SCHEMA ${schema}_copy;
      ${made.join('\n')} COMMIT`)
    this.sequences = (await client.query(SEQUENCES, [schema])).rows as { name: string; at: string }[]
  }

  async putBack(): Promise<void> {
    const { client, schema } = this
    const tables = await this.tables()
    const names = tables.map(({ name }) => `${schema}.${name}`).join(', ')
    const filled = tables.map(
      ({ name, columns }) =>
        `INSERT INTO ${schema}.${name} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${schema}_copy.${name};`,
    )
    const set = (this.sequences ?? []).map(
      ({ name, at }) => `SELECT setval('${schema}.${name}', greatest(${at}, 1), ${at} > 0);`,
    )
    // What a trigger has written is in the copy.
    await client.query(`BEGIN; SET LOCAL session_replication_role = replica; TRUNCATE ${names};
      ${filled.join('\n')} ${set.join('\n')} COMMIT`)
  }

  private async tables(): Promise<Table[]> {
    return (await this.client.query(TABLES, [this.schema])).rows as Table[]
  }
}
