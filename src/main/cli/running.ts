import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Configuration } from '../../shared/config.ts'
import { isStoreError } from '../../shared/store-error.ts'
import type { StoredAddress } from '../ingress/stored-address.ts'
import { lockFolder } from '../store/lock.ts'

/** Where the data are: in a database, or (null) in the data folder. */
export interface DataPlace {
  dataDir: string
  database: string | null
  /** They seal what is in the database; the newest first. */
  masterKeys?: readonly Buffer[]
}

/** A running bridge holds a lock of its folder, or of the database, which is released when the process ends. */
export async function isRunning({ dataDir, database }: DataPlace): Promise<boolean> {
  if (database !== null) return (await import('../store-postgres/index.ts')).isInUse(database)
  const path = join(dataDir, 'bridge.lock')
  if (!existsSync(path)) return false
  try {
    lockFolder(dataDir, path)()
    return false
  } catch (error) {
    return isStoreError(error, 'in-use')
  }
}

/** The public address: the owner's own, or the one that the bridge proved last. */
export const ownOrStored = (
  { tunnel, publicUrl }: Configuration,
  stored: StoredAddress | null,
): string | null =>
  tunnel.provider === 'own' ? publicUrl : tunnel.provider === 'none' ? null : (stored?.usable ?? null)
