import type { Words } from '../../shared/api/answer.ts'
import type { Configuration } from '../../shared/config.ts'
import type { SettingsProblem } from './problems.ts'

/** What a change of settings ended with. Whatever it is but ok: nothing was changed. */
export type SettingsAnswer =
  | { ok: true; value: Configuration }
  /** What was asked for does not fit the schema. */
  | { ok: false; why: 'misfit'; problems: SettingsProblem[] }
  /** What is kept already does not: somebody edited it by hand meanwhile. */
  | { ok: false; why: 'edited'; detail: string }
  /** It cannot be read or written: the disk's own code. */
  | { ok: false; why: 'disk'; code: string }

/** The configuration where it is kept: the server's file, the desktop's store. One schema (shared/config.ts). */
export interface SettingsStore {
  /** Where it is kept, for the owner. */
  readonly path: string
  /** Whether a change can be expected to succeed. */
  readonly writable: boolean
  /** As it was last read or written. */
  read(): Configuration
  /** `change` gets a copy of the content, as it stands there now; what it answers is checked and written whole. One at a time. */
  change(change: (file: ConfigurationFile) => ConfigurationFile): Promise<SettingsAnswer>
  /** What is wrong in it since the start, for the owner: it was not taken over, and is not written. Null = nothing. */
  readonly problem?: Words | null
  /** After a change of secrets, where some of them belong to the configuration and are kept elsewhere. */
  refresh?(): Promise<void>
}

/** The configuration as it stands in the file, before defaults. */
export interface ConfigurationFile {
  connections?: Record<string, unknown>[]
  [key: string]: unknown
}
