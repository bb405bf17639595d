import type { Connection } from '../../../shared/config.ts'
import { type Result, stopsSide } from '../../../shared/errors.ts'
import { isStopped, isTrouble, type SideBreaker } from '../../engine/index.ts'
import type { Change, Store, Takeover } from '../../engine/ports.ts'
import type { PlanfixClient } from '../client.ts'

/** A connection's part of the watcher of its account. */
export interface WatchOptions {
  settings: Connection
  planfix: PlanfixClient
  store: Store
  breaker: SideBreaker
  /** The inbox has a new row. */
  onNews(): void
  onBug(error: unknown): void
  /** The last takeover by this computer. */
  takeover?: () => Takeover | null
  /** True if another computer may be active: then that computer processes the changes. */
  mayWrite?: () => boolean
}

export type Member = WatchOptions

/** The connections whose tasks are currently watched, one member each. */
export class Members {
  private readonly byConnection = new Map<string, Member>()

  get all(): Member[] {
    return [...this.byConnection.values()]
  }

  get isEmpty(): boolean {
    return this.byConnection.size === 0
  }

  of(connectionId: string): Member | undefined {
    return this.byConnection.get(connectionId)
  }

  join(member: Member): void {
    this.byConnection.set(member.settings.id, member)
  }

  /** A member that was replaced meanwhile has already left. */
  leave(member: Member): void {
    const { id } = member.settings
    if (this.byConnection.get(id) === member) this.byConnection.delete(id)
  }
}

/** How a call comes to its slot of the rate limiter. */
export interface Turn {
  /** It was given its slot before. */
  hasSlot?: boolean
  /** Since when its work waits, milliseconds since 1970; from now on when missing. */
  since?: number
}

/** One rate-limited call for a member; null when the side is stopped, and a wake-up has been arranged. */
export type Call = <T>(
  member: Member,
  ask: (planfix: PlanfixClient) => Promise<Result<T>>,
  part: 'reading' | 'watching',
  turn?: Turn,
) => Promise<Result<T> | null>

/** What happens to the watcher when a call was not possible. */
export interface Hindered {
  /** The side may be called again. */
  opened(): void
  /** Another computer may be active: discard what was read. */
  stoodBy(): void
}

export async function commitOf({ store }: Member, changes: Change[]): Promise<void> {
  if (changes.length > 0) await store.commit(changes)
}

/** One rate-limited call. Null when the side is stopped: `hindered` is called when it works again. */
export async function askOf<T>(
  { breaker: gate, planfix, mayWrite }: Member,
  ask: (planfix: PlanfixClient) => Promise<Result<T>>,
  part: 'reading' | 'watching',
  hindered: Hindered,
  { hasSlot = false, since }: Turn = {},
): Promise<Result<T> | null> {
  const permit = gate.enter()
  if (isStopped(permit)) {
    if (hasSlot) planfix.rateLimiter.release()
    void permit.worthRetry.then(() => hindered.opened())
    return null
  }
  const slot = hasSlot ? Promise.resolve() : planfix.rateLimiter.slot(1, 'watcher', since)
  const result = await slot
    .then(() => {
      if (gate.holds(permit)) return ask(planfix)
      planfix.rateLimiter.release()
      return null
    })
    .catch((error: unknown) => {
      gate.leave(permit)
      throw error
    })
  if (result === null) {
    void gate.breaker.opened().then(() => hindered.opened())
    return null
  }
  if (result.ok) gate.succeeded(permit)
  else if (stopsSide(result.error)) gate.failed(result.error, permit)
  else if (isTrouble(result.error)) gate.troubled(result.error, permit)
  else gate.succeeded(permit)
  if (result.ok) gate.clearPart(part)
  else if (result.error.code === 'missing-scope') gate.denyPart(part, result.error)
  else if (result.error.code === 'failing') gate.recordPartFailure(part, result.error)
  // The process was suspended while it waited for the answer, and another computer has taken over: discard
  // the answer.
  if (mayWrite?.() === false) {
    gate.leave(permit)
    hindered.stoodBy()
    return null
  }
  if (!result.ok && gate.breaker.error !== null) {
    void gate.breaker.opened().then(() => hindered.opened())
    return null
  }
  return result
}
