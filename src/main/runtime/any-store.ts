import { type ApplicationStore, openStore, type StoreOptions } from '../store/index.ts'
import type { Keeping } from '../store-postgres/index.ts'

export interface AnyStoreOptions extends StoreOptions {
  /** Address of a PostgreSQL database, with its password; null = SQLite in the data folder. */
  database?: string | null | undefined
  /** With a database: see PostgresOptions. */
  keeping?: Keeping | null | undefined
}

/** Opens the store of the data folder, or of a database; see `openStore` and `openPostgresStore`. */
export async function openAnyStore({
  database,
  keeping,
  ...options
}: AnyStoreOptions): Promise<ApplicationStore> {
  if (database == null) return openStore(options)
  // Loaded on use: most bridges have no database.
  const { openPostgresStore } = await import('../store-postgres/index.ts')
  return openPostgresStore({ ...options, url: database, keeping })
}
