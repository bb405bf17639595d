/** What was thrown, as logs and answers need it. Anything can be thrown, so each function takes `unknown`. */

/** The code of an error of Node, SQLite or a network library, such as `ENOENT`; '' where it has none. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Its message alone; of what is no Error, its text. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

/** Where it was thrown, message first; undefined for what is no Error. For logs alone: messages may quote values. */
export const errorStack = (error: unknown): string | undefined =>
  error instanceof Error ? error.stack : undefined
