import type { Configuration } from '../../shared/config.ts'
import type { Takeover } from '../engine/ports.ts'
import { initialState, type TunnelState, usableAddress } from '../tunnel/tunnel-state.ts'

/**
 * What is known at present of how Chatra reaches the receiver, and of this computer's role. PublicAddressService writes
 * it; the runtime reads it before each write and for each link, and needs to know nothing else of the service.
 */
export class PublicAddressState {
  tunnel: TunnelState = initialState
  /** Another computer may be carrying: then this one does not. */
  isStandby: boolean
  /** The relay in use, which knows at this very moment whether this computer is the active one; null = none. */
  relay: { readonly isLeader: boolean } | null = null
  /** The last time that this computer took over. */
  takeover: Takeover | null = null
  private readonly configuration: { readonly value: Configuration }

  constructor(configuration: { readonly value: Configuration }, isStandby: boolean) {
    this.configuration = configuration
    this.isStandby = isStandby
  }

  /** Looked at before each write. */
  get mayWrite(): boolean {
    return !this.isStandby && (this.relay === null || this.relay.isLeader)
  }

  /** The address for links and for pasting; null when there is none. */
  get usable(): string | null {
    const { tunnel, publicUrl } = this.configuration.value
    return tunnel.provider === 'own' ? publicUrl : usableAddress(this.tunnel)
  }

  /** It is reached, or known not to be: what is missed meanwhile it reports itself. */
  get reportsGaps(): boolean {
    const { since, lostAt } = this.tunnel
    return since !== null || lostAt !== null
  }
}
