import type { PublicAddress } from '../../../shared/api/state.ts'
import type { Configuration } from '../../../shared/config.ts'
import type { BridgeEvent } from '../../../shared/domain.ts'
import type { Side } from '../../../shared/errors.ts'

/** Makes an address under which the client can open a Planfix file; null when there is no public address. */
export type FileLink = (connectionId: string, fileId: number, name: string) => string | null

/**
 * Somebody carried before this store did, and what was done then stands in another store alone: another computer
 * (docs/architecture.md, "Several computers"), or this one before its damaged store was restored from a backup.
 */
export interface Takeover {
  /** Since when this store is worked by. */
  at: number
  /** Until then the former one may have been worked by. */
  until: number
  /** Another computer where nothing is said. */
  cause?: 'computer' | 'restore'
  /** Of a restore: when the backup was made, which knows all that was done before it. */
  backupAt?: number
  /** Of a restore: conversations, messages and jobs below this number stem from the backup. */
  firstId?: number
}
/** Reason of what the owner has sent on again. */
export const RETRIED_BY_HAND = 'retried by hand'
/** Reason of what another computer has carried, or may have. */
export const DELIVERED_BY_ANOTHER = 'carried-by-another'
/** Reason of what was carried, or may have been, between the backup and the damage of the store. */
export const DELIVERED_BEFORE_RESTORE = 'carried-before-restore'
/** It stands, or may stand, in the other service already, and only a look there or its echo tells. */
export const isDeliveredElsewhere = (reason: string | null): boolean =>
  reason === DELIVERED_BY_ANOTHER || reason === DELIVERED_BEFORE_RESTORE
export const isRestore = (
  takeover: Takeover | null | undefined,
): takeover is Takeover & { backupAt: number } =>
  takeover?.cause === 'restore' && takeover.backupAt !== undefined

/** Told of what may interest the owner at once (notifications, live log). */
export interface Listener {
  newChat?(connectionId: string, conversationId: number, clientName: string, firstLine: string): void
  event?(event: BridgeEvent): void
  sideState?(connectionId: string, side: Side, state: SideState): void
  /** A message failed, or it is unclear whether it arrived. An echo may settle the latter at any moment. */
  stuck?(messageId: number, state: 'failed' | 'uncertain'): void
  /** The public address is another one, or is reached, or is not. */
  publicAddressChanged?(state: PublicAddress): void
  /** Why the data folder cannot be written; null = it can again. */
  storeStateChanged?(failing: string | null): void
  /** The configuration that holds from now on. */
  configurationChanged?(configuration: Configuration): void
  /** The computer woke up, or its network changed: timers may be late. */
  wokeUp?(): void
}
export type SideState =
  | { state: 'ok' }
  | { state: 'paused' | 'waiting'; code: string; until: number; detail: string }
