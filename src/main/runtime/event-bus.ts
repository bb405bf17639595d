import type { PublicAddress } from '../../shared/api/state.ts'
import type { Configuration } from '../../shared/config.ts'
import type { BridgeEvent } from '../../shared/domain.ts'
import type { Side } from '../../shared/errors.ts'
import { errorMessage, errorStack } from '../../shared/node-errors.ts'
import { isStoreError, isStoreUnavailable, type StorePlace, storeReason } from '../../shared/store-error.ts'
import { type Clock, type Listener, type SideState, SlotWithdrawn } from '../engine/ports.ts'
import type { Log } from '../process/log.ts'
import type { ApplicationStore } from '../store/index.ts'

/** What the log says of the place where the data are kept. */
const WORDS = {
  folder: {
    fails: 'the data folder cannot be written',
    remedy: 'Free some space; it goes on by itself.',
    works: 'the data folder is writable again',
  },
  database: {
    fails: 'nothing can be stored',
    remedy: 'It goes on by itself when the database is back.',
    works: 'the database can be used again',
  },
}

/** Publishes events to the log, the listeners and (for the state of the store) every component. */
export class EventBus {
  private readonly log: Log
  private readonly webhooks: string
  private readonly listeners = new Set<Listener>()
  private place: StorePlace = 'folder'
  /** Why nothing can be stored; null when it can. */
  storeFailing: string | null = null

  /** `keepsWebhooks`: those that come while the database is away are kept on this computer. */
  constructor(log: Log, keepsWebhooks = false) {
    this.log = log
    this.webhooks = keepsWebhooks
      ? 'Webhooks are kept on this computer meanwhile.'
      : 'Webhooks are answered 503; what is not sent again may only come at the end of its chat.'
  }

  /** Returns a function that unsubscribes. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  clientWrote(...written: Parameters<NonNullable<Listener['clientWrote']>>): void {
    for (const listener of this.listeners) listener.clientWrote?.(...written)
  }
  newChat(...chat: Parameters<NonNullable<Listener['newChat']>>): void {
    for (const listener of this.listeners) listener.newChat?.(...chat)
  }

  event(event: BridgeEvent): void {
    logEvent(this.log, event)
    for (const listener of this.listeners) listener.event?.(event)
  }

  /** One side of a connection stopped or works again: logged, stored, published. */
  sideState(store: ApplicationStore, clock: Clock, connectionId: string, side: Side, state: SideState): void {
    const params: BridgeEvent['params'] =
      state.state === 'ok' ? { side } : { side, code: state.code, detail: state.detail }
    const event: BridgeEvent = {
      time: clock.now(),
      connectionId,
      level: state.state === 'ok' ? 'info' : state.state === 'paused' ? 'error' : 'warning',
      key: state.state === 'ok' ? 'event.side-ok' : `event.side-${state.state}`,
      params,
    }
    logEvent(this.log, event)
    for (const listener of this.listeners) listener.sideState?.(connectionId, side, state)
    store.commit([{ type: 'event.add', event }]).catch(() => undefined)
  }

  stuck(...message: Parameters<NonNullable<Listener['stuck']>>): void {
    for (const listener of this.listeners) listener.stuck?.(...message)
  }

  publicAddressChanged(state: PublicAddress): void {
    for (const listener of this.listeners) listener.publicAddressChanged?.(state)
  }

  configurationChanged(configuration: Configuration): void {
    for (const listener of this.listeners) listener.configurationChanged?.(configuration)
  }

  wokeUp(): void {
    for (const listener of this.listeners) listener.wokeUp?.()
  }

  /** An exception: the disk is missing, or it is a bug. */
  reportBug(error: unknown, where: string): void {
    if (error instanceof SlotWithdrawn || isStoreError(error, 'closed')) return
    const text = errorMessage(error)
    if (!isStoreUnavailable(error)) {
      this.log.error({ where, stack: errorStack(error) }, `bug: ${text}`)
      return
    }
    this.place = error.place
    const { fails, remedy } = WORDS[this.place]
    if (this.storeFailing === null) {
      this.log.error({ where }, `${fails}: ${text}. ${this.webhooks} ${remedy}`)
    }
    const before = this.storeFailing
    this.storeFailing = storeReason(error)
    if (before === null) this.storeState()
  }

  /** A write succeeded. */
  storeWorks(): void {
    if (this.storeFailing === null) return
    this.storeFailing = null
    this.log.info({}, WORDS[this.place].works)
    this.storeState()
  }

  private storeState(): void {
    for (const listener of this.listeners) listener.storeStateChanged?.(this.storeFailing)
  }
}

function logEvent(log: Log, event: BridgeEvent): void {
  const write = event.level === 'info' ? log.info : event.level === 'warning' ? log.warn : log.error
  write.call(log, { connection: event.connectionId ?? undefined, ...event.params }, event.key)
}
