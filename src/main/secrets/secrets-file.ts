import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

/** Beside the settings: where secrets are kept, and what has to be remembered while the keychain does not work. */
export const SECRETS_FILE = 'secrets.json'

const notes = z.object({
  /** The name of the entries in the keychain. */
  service: z.string(),
  /** Whether the keychain worked the last time. */
  kept: z.enum(['keychain', 'memory']),
  /** Accounts to be removed as soon as it works again. */
  forget: z.array(z.string()).default([]),
  /** Secrets that no owner could type again, each sealed with keys that he can (seal.ts). */
  sealed: z.record(z.string(), z.array(z.string())).default({}),
})
export type SecretsFile = z.output<typeof notes>

/** Null when there are none, or none that can be read: they are made anew then. */
export function readSecretsFile(path: string): SecretsFile | null {
  try {
    const read = notes.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return read.success ? read.data : null
  } catch {
    return null
  }
}

/** Whole or not at all, readable for its owner alone. Throws what the disk throws. */
export function writeSecretsFile(path: string, value: SecretsFile): void {
  const fresh = `${path}.${process.pid}.new`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true })
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}
