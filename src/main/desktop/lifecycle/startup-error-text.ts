import type { Words } from '../../../shared/api.ts'
import { isStoreError } from '../../../shared/store-error.ts'

/** Why the bridge did not start, for its owner; null: a bug, which is shown as it is. */
export function startupErrorText(error: unknown, dataDir: string): Words | null {
  if (isStoreError(error, 'in-use')) return words('in-use', { path: dataDir })
  if (!(error instanceof Error)) return null
  if (isStoreError(error)) return words('folder', { path: dataDir, detail: error.message })
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  return code === null ? null : words('folder', { path: dataDir, detail: code })
}

const words = (why: string, params: Words['params']): Words => ({
  key: `desktop.cannot-start.${why}`,
  params,
})
