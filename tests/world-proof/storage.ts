import type { AnyStoreOptions } from '../../src/main/runtime/any-store.ts'
import type { ApplicationStore } from '../../src/main/store/index.ts'
import type { Life } from './life.ts'

/** Where the bridge of a story keeps its data: SQLite in its folder, or PostgreSQL. */
export interface Storage {
  /** For ApplicationOptions. */
  readonly database: string | null
  readonly keeping: { masterKeys: [] } | null
  /** Methods of the store that write. */
  readonly writes: ReadonlySet<string>
  /** Opens the store for this life. */
  open(life: Life, options: AnyStoreOptions): Promise<ApplicationStore>
  /** The life ends now, as by a power cut. */
  cut(life: Life): void
  /** When everything else has ended: the data become what the next life finds. */
  settleAfter(life: Life): Promise<void>
  /** A copy to which `damage` goes back, when the bridge looks whether to make one; false = it is not the bridge's. */
  backUp(): Promise<boolean>
  /** There is a copy. */
  readonly canBeDamaged: boolean
  /** While no life runs: the data are lost since the last copy. */
  damage(): Promise<void>
  /** Soon nothing can be stored for so long. */
  away(ms: number, began: () => void): void
  /** From now on everything can be stored. */
  isWell(): void
  /** Resolves when nothing is asked any more. */
  atRest(): Promise<void>
  readonly isAtRest: boolean
  /** Leaves nothing behind. */
  close(): Promise<void>
}
