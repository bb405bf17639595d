import type pg from 'pg'
import type { Change } from '../engine/ports.ts'
import { shaped } from './changes.ts'
import { postgresError } from './errors.ts'
import { storableJson } from './plain-text.ts'
import { PostgresReader } from './reader.ts'

/** One transaction: reads, statements in PostgreSQL's words, and changes as in a commit. */
export class Transaction extends PostgresReader {
  /** Number of rows. */
  async run(text: string, ...values: unknown[]): Promise<number> {
    return (await this.ask(text, values)).rowCount
  }
  async apply(changes: readonly Change[]): Promise<void> {
    if (changes.length > 0) await this.ask('SELECT bridge_apply(?::jsonb)', [storableJson(shaped(changes))])
  }
}

/** All or nothing; a connection of its own meanwhile. */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw postgresError(error)
  })
  const tx = new Transaction(client)
  let isSound = false
  try {
    await tx.ask('BEGIN')
    const answer = await work(tx)
    await tx.ask('COMMIT')
    isSound = true
    return answer
  } catch (error) {
    await tx.ask('ROLLBACK').then(
      () => {
        isSound = true
      },
      () => undefined,
    )
    throw error
  } finally {
    client.release(!isSound)
  }
}
