import type { AxiosAdapter } from 'axios'
import { type ApplicationStore, onNextWrite } from '../store/index.ts'
import type { Proof } from '../tunnel/tunnel.ts'
import { startReceiver } from '../webhooks/receiver.ts'
import { type AnyStoreOptions, openAnyStore } from './any-store.ts'

/** The interfaces to the outside world. A simulated world (tests/world-proof) replaces each of them. */
export interface OutsideWorld {
  /** Opens the store of the data folder, or of the database. */
  openStore: (options: AnyStoreOptions) => Promise<ApplicationStore>
  /** Starts the receiver of webhooks. */
  receive: typeof startReceiver
  /** Replaces Node's HTTP for every request to both services, as an axios adapter does. */
  exchange?: AxiosAdapter | undefined
  /** Whether a request to this public address comes in at our receiver, within `limitMs`. Never rejects. */
  prove?: ((address: string, limitMs: number) => Promise<Proof>) | undefined
  /**
   * Calls `heard` once, when any process writes to the database of this folder. Returns a function that stops it; null =
   * nobody tells.
   */
  nextWrite?: ((dataDir: string, heard: () => void) => (() => void) | null) | undefined
  /** The computer's addresses in its networks, as one text that changes with them. */
  addresses?: (() => string) | undefined
}

export const realWorld: OutsideWorld = {
  openStore: openAnyStore,
  receive: startReceiver,
  nextWrite: onNextWrite,
}
