import type { PublicAddress } from '../../shared/api/state.ts'
import type { ApplicationStore } from '../store/index.ts'

/** Facts of the program, in the data folder. */
export const FACT = { address: 'tunnelAddress', state: 'publicAddress' } as const

/** The address and its state as the running bridge stored them last, for `doctor` beside it. */
export interface StoredAddress {
  state: PublicAddress
  /** For links and for pasting. */
  usable: string | null
}

/** Null before the first start. */
export const storedAddress = (store: ApplicationStore): Promise<StoredAddress | null> =>
  store.fact<StoredAddress>('', FACT.state)
