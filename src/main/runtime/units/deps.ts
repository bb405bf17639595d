import type { AxiosAdapter } from 'axios'
import type { Side } from '../../../shared/errors.ts'
import type { Continuity } from '../../engine/continuity.ts'
import type { Clock, FileLink, Listener, MessageFileLink, SideState, Takeover } from '../../engine/ports.ts'
import type { SecretSource } from '../../secrets/environment.ts'
import type { ApplicationStore } from '../../store/index.ts'
import type { ChatraAccounts } from '../accounts/chatra-accounts.ts'
import type { PlanfixAccounts } from '../accounts/planfix-accounts.ts'

/** The parts that survive a change of the configuration, shared by all units. */
export interface RuntimeDeps {
  store: ApplicationStore
  /** The store through which a unit reads and writes; its commits may be refused when this host has lost the unit. */
  storeFor(unit: string): ApplicationStore
  clock: Clock
  random: () => number
  secrets: SecretSource
  accounts: PlanfixAccounts
  fileLink: FileLink
  messageFileLink: MessageFileLink
  listener: Listener
  sideChanged(connectionId: string, side: Side, state: SideState): void
  /** The inbox of this connection has a new row: a watcher has stored it. */
  onNews(connectionId: string): void
  onBug(error: unknown, where: string): void
  /** Checked before each write of a unit: another host may carry it. */
  mayWrite(unit: string): boolean
  takeover: () => Takeover | null
  chatraAccounts: ChatraAccounts
  continuity: Continuity
  /** A call got no answer: the public address is checked. */
  onSilence(): void
  /** See Outside. */
  exchange?: AxiosAdapter | undefined
}

/** How this host shares the units of one store with others; without it, it carries them all. */
export interface Sharing {
  /** The units carried at first; see RuntimeSupervisor, `gain` and `lose`. */
  carried: Iterable<string>
  /** See RuntimeDeps. */
  storeFor(unit: string, store: ApplicationStore): ApplicationStore
  mayWrite(unit: string): boolean
}
