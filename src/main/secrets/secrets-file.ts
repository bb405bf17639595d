import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { writePrivateJson } from '../process/private-file.ts'

/**
 * A file beside the settings: where secrets are stored, and what must be recorded while the keychain does not
 * work.
 */
export const SECRETS_FILE = 'secrets.json'

const notes = z.object({
  /** The service name of the entries in the keychain. */
  service: z.string(),
  /** Whether the keychain worked the last time. */
  kept: z.enum(['keychain', 'memory']),
  /** Format of the keychain's contents when it last worked (item.ts). */
  format: z.int().default(0),
  /** Accounts to remove as soon as it works again. */
  forget: z.array(z.string()).default([]),
  /** Secrets that an owner cannot type again, each sealed with keys that the owner can type (seal.ts). */
  sealed: z.record(z.string(), z.array(z.string())).default({}),
})
export type SecretsFile = z.output<typeof notes>

/** Null when the file is missing or unreadable: a new one is written then. */
export function readSecretsFile(path: string): SecretsFile | null {
  try {
    const read = notes.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return read.success ? read.data : null
  } catch {
    return null
  }
}

/** Throws the disk's errors. */
export const writeSecretsFile = (path: string, value: SecretsFile): void => writePrivateJson(path, value)
