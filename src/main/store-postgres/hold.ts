import pg from 'pg'
import { StoreError } from '../../shared/store-error.ts'
import { postgresError } from './errors.ts'

// Captured when the program loads, so that a test's fake timers do not delay it.
const later = setTimeout

const AGAIN_MS = 1000
const LOCK = 'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken'

/**
 * Prevents a second server on the same tables: a lock of the database that lasts as long as a connection of its own,
 * which is opened again after it was lost. Should another server have come meanwhile, it is the one that may write
 * (`bridge_writes`). Returns a function that releases it; throws StoreError `in-use` when another server has it.
 */
export async function holdAlone(settings: pg.ClientConfig, schema: string): Promise<() => Promise<void>> {
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  let client = await connected()
  if (!client) throw new StoreError('in-use', 'another bridge is already running on this database')

  async function connected(): Promise<pg.Client | null> {
    const made = new pg.Client({ ...settings, query_timeout: 10_000 })
    made.on('error', () => undefined)
    try {
      await made.connect()
      const { rows } = await made.query<{ taken: boolean }>(LOCK, [`chatra-planfix-bridge ${schema}`])
      if (rows[0]?.taken) {
        made.on('end', again)
        return made
      }
    } catch (error) {
      void made.end().catch(() => undefined)
      throw postgresError(error)
    }
    await made.end()
    return null
  }

  function again(): void {
    if (isOver) return
    timer = later(() => {
      void connected().then(
        (made) => {
          if (made) client = made
          else again()
        },
        () => again(),
      )
    }, AGAIN_MS)
    timer.unref()
  }

  return async () => {
    isOver = true
    clearTimeout(timer)
    await client?.end().catch(() => undefined)
  }
}
