/** The bridge's store on PostgreSQL. */

export { ConfigurationTables } from './configuration/tables.ts'
export { isInUse, openPostgresStore, type PostgresOptions } from './open.ts'
export type { Keeping } from './spool/open.ts'
