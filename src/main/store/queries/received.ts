import type { SqlReader } from '../sql-reader.ts'

/** Stored webhooks of Chatra, the newest of them, and how many were stored before with the same body. */
export interface WebhookCounts {
  webhooks: number
  twice: number
}

/** Older rows are not looked at: the inbox may hold millions. */
const NEWEST = 5000
const newest = (source: string) => `SELECT seq, received_at, body FROM (
    SELECT seq, connection, source, received_at, body FROM inbox ORDER BY seq DESC LIMIT ${NEWEST}) AS latest
  WHERE connection = ? AND source = '${source}' AND body <> ''`
const CHAT_CALLS = `SELECT body FROM (${newest('planfix-chat')}) AS calls WHERE received_at >= ? ORDER BY seq`
const COUNTS = `SELECT count(*) AS webhooks, count(*) - count(DISTINCT body) AS twice FROM (${newest('chatra')}) AS webhooks`

/** Bodies of the Chat API's calls that came in since `since` (milliseconds), oldest first. */
export const chatCallsSince = async (
  sql: SqlReader,
  connectionId: string,
  since: number,
): Promise<string[]> => sql.column<string>(CHAT_CALLS, connectionId, since)

export const webhookCounts = async (sql: SqlReader, connectionId: string): Promise<WebhookCounts> =>
  (await sql.get<WebhookCounts>(COUNTS, connectionId)) ?? { webhooks: 0, twice: 0 }
