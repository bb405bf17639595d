import type { PublicAddress } from '../../../shared/api/state.ts'
import type { Configuration } from '../../../shared/config.ts'
import type { BridgeEvent } from '../../../shared/domain.ts'
import type { Side } from '../../../shared/errors.ts'

/**
 * Creates an address under which the client can open a Planfix file; null when there is no public address.
 */
export type FileLink = (connectionId: string, fileId: number, name: string) => string | null

/** The same for the file at this place (from 0) of a stored message. */
export type MessageFileLink = (
  connectionId: string,
  messageId: number,
  index: number,
  name: string,
) => string | null

/**
 * Another store was active before this one, and its work is recorded only there: that of another computer
 * (docs/architecture.md, "Several computers"), or our own before its damaged file was restored from a backup.
 */
export interface Takeover {
  /** Since when this store is in use. */
  at: number
  /** Time up to which the previous store may have been in use. */
  until: number
  /** Absent = another computer. */
  cause?: 'computer' | 'restore'
  /** For a restore: when the backup was made, which contains all earlier work. */
  backupAt?: number
  /** For a restore: conversations, messages and jobs with lower ids come from the backup. */
  firstId?: number
}
/** Reason of messages that the owner has sent again. */
export const RETRIED_BY_HAND = 'retried by hand'
/** Reason of messages that another computer has delivered, or may have. */
export const DELIVERED_BY_ANOTHER = 'carried-by-another'
/**
 * Reason of messages that were delivered, or may have been, between the backup and the damage of the store.
 */
export const DELIVERED_BEFORE_RESTORE = 'carried-before-restore'
/** Reason of messages of a client whose chat the owner does not want passed on. */
export const BLOCKED = 'blocked'
/** It is, or may be, in the other service already, and only a search there or its echo can decide. */
export const isDeliveredElsewhere = (reason: string | null): boolean =>
  reason === DELIVERED_BY_ANOTHER || reason === DELIVERED_BEFORE_RESTORE
export const isRestore = (
  takeover: Takeover | null | undefined,
): takeover is Takeover & { backupAt: number } =>
  takeover?.cause === 'restore' && takeover.backupAt !== undefined

/** Receives events that may concern the owner at once (notifications, live log). */
export interface Listener {
  newChat?(connectionId: string, conversationId: number, clientName: string, firstLine: string): void
  /** A client wrote, in a new chat or in one that goes on. */
  clientWrote?(connectionId: string, conversationId: number): void
  event?(event: BridgeEvent): void
  sideState?(connectionId: string, side: Side, state: SideState): void
  /** A message failed, or became uncertain. An echo may settle the latter at any moment. */
  stuck?(messageId: number, state: 'failed' | 'uncertain'): void
  /** The public address, or its reachability, has changed. */
  publicAddressChanged?(state: PublicAddress): void
  /** Why the data folder is not writable; null = it is writable again. */
  storeStateChanged?(failing: string | null): void
  /** The new current configuration. */
  configurationChanged?(configuration: Configuration): void
  /** The computer woke up, or its network changed: timers may be late. */
  wokeUp?(): void
}
export type SideState =
  | { state: 'ok' }
  /** Since when it does not work, and when it is tried again; milliseconds since 1970. */
  | { state: 'paused' | 'waiting'; code: string; since: number; until: number; detail: string }
