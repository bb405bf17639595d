import type { Configuration } from '../../shared/config.ts'

/** What a change of settings ended with. */
export type SettingsAnswer =
  | { ok: true; value: Configuration }
  | { ok: false; problems: { path: string; message: string }[] }
  /** The file could not be written: the disk's own code. */
  | { ok: false; problems: []; code: string }

/** The configuration where it is kept: the server's file, the desktop's store. One schema (shared/config.ts). */
export interface SettingsStore {
  /** Where it is kept, for the owner. */
  readonly path: string
  readonly writable: boolean
  read(): Configuration
  /** `change` gets the configuration in the form of the file; what it answers is checked, written whole, and read back. */
  change(change: (file: ConfigurationFile) => ConfigurationFile): Promise<SettingsAnswer>
}

/** The configuration as it stands in the file, before defaults. */
export interface ConfigurationFile {
  connections?: Record<string, unknown>[]
  [key: string]: unknown
}
