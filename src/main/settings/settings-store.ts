import type { Words } from '../../shared/api/answer.ts'
import type { Configuration } from '../../shared/config.ts'
import type { SettingsProblem } from './problems.ts'

/** The result of a change of settings. Unless it is ok, nothing was changed. */
export type SettingsAnswer =
  | { ok: true; value: Configuration }
  /** The requested change does not match the schema. */
  | { ok: false; why: 'invalid'; problems: SettingsProblem[] }
  /** The stored content does not match: it was edited by hand meanwhile. */
  | { ok: false; why: 'edited'; detail: string }
  /** It cannot be read or written: the disk's own code. */
  | { ok: false; why: 'disk'; code: string }

/** The stored configuration: the server's file, the desktop's store. One schema (shared/config.ts). */
export interface SettingsStore {
  /** Where it is stored, for the owner. */
  readonly path: string
  /** Whether a change can be expected to succeed. */
  readonly writable: boolean
  /** As it was last read or written. */
  read(): Configuration
  /**
   * `change` gets a copy of the current content; its result is validated and written completely. One at a
   * time.
   */
  change(change: (file: ConfigurationFile) => ConfigurationFile): Promise<SettingsAnswer>
  /**
   * What has been wrong in it since the start, for the owner: the content was not used, and is not
   * overwritten. Null = nothing.
   */
  readonly problem?: Words | null
  /** Call after a change of secrets that belong to the configuration but are stored elsewhere. */
  refresh?(): Promise<void>
}

/** The configuration as in the file, without defaults. */
export interface ConfigurationFile {
  connections?: Record<string, unknown>[]
  [key: string]: unknown
}
