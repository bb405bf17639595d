import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Configuration } from '../../shared/config.ts'
import { isStoreError } from '../../shared/store-error.ts'
import type { StoredAddress } from '../ingress/stored-address.ts'
import { lockFolder } from '../store/lock.ts'

/** The running bridge holds the lock of its folder; the kernel releases it when the process ends. */
export function isRunning(dataDir: string): boolean {
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
