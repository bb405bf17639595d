/** The bridge's store on PostgreSQL. */

export { isInUse, openPostgresStore, type PostgresOptions } from './open.ts'
