import { basename, join } from 'node:path'
import type pg from 'pg'
import type { BridgeEvent } from '../../../shared/domain.ts'
import { errorMessage } from '../../../shared/node-errors.ts'
import { privateFile, privateFolder } from '../../store/files.ts'
import { lockFolder } from '../../store/lock.ts'
import { KeptWebhooks } from './kept-webhooks.ts'
import { sealKeys } from './keys.ts'
import { SpoolFile } from './spool-file.ts'
import { spoolTarget } from './spool-target.ts'

/** Where webhooks are kept while the database is away. */
export interface Keeping {
  /** The data folder. */
  dir: string
  /** The newest first; without one, a key of the folder's own. */
  masterKeys: readonly Buffer[]
  onEvent(event: BridgeEvent): void
}

/** With what an earlier run has kept. Throws StoreError `in-use` when another bridge keeps webhooks in this folder. */
export async function openKept(
  { dir, masterKeys, onEvent }: Keeping,
  pool: pg.Pool,
  now: () => number,
): Promise<KeptWebhooks> {
  privateFolder(dir)
  const lock = join(dir, 'webhooks.lock')
  privateFile(lock)
  const release = lockFolder(dir, lock)
  const tell = (level: BridgeEvent['level'], key: string, params: BridgeEvent['params']) =>
    onEvent({ time: now(), connectionId: null, level, key, params })
  try {
    const file = await SpoolFile.open(dir, sealKeys(dir, masterKeys), (path) =>
      tell('error', 'event.webhooks-unreadable', { file: basename(path) }),
    )
    return new KeptWebhooks(file, spoolTarget(pool), {
      bug: (error) => tell('error', 'event.webhooks-refused', { detail: errorMessage(error) }),
      followed: (count) => tell('info', 'event.webhooks-followed', { count }),
      closed: release,
    })
  } catch (error) {
    release()
    throw error
  }
}
