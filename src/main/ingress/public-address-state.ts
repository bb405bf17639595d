import type { Configuration } from '../../shared/config.ts'
import type { Takeover } from '../engine/ports.ts'
import { initialState, type TunnelState, usableAddress } from '../tunnel/tunnel-state.ts'

/**
 * The current state of the public address, and this computer's role. PublicAddressService writes it; the
 * runtime reads it before each write and for each link, and depends on nothing else of the service.
 */
export class PublicAddressState {
  tunnel: TunnelState = initialState
  /** True if another computer may be active: then this one delivers nothing. */
  isStandby: boolean
  /** The relay in use, which knows whether this computer is active at this moment; null = none. */
  relay: { readonly isLeader: boolean } | null = null
  /** The last takeover by this computer. */
  takeover: Takeover | null = null
  private readonly configuration: { readonly value: Configuration }

  constructor(configuration: { readonly value: Configuration }, isStandby: boolean) {
    this.configuration = configuration
    this.isStandby = isStandby
  }

  /** Checked before each write. */
  get mayWrite(): boolean {
    return !this.isStandby && (this.relay === null || this.relay.isLeader)
  }

  /** The address for links and for pasting; null when there is none. */
  get usable(): string | null {
    const { tunnel, publicUrl } = this.configuration.value
    return tunnel.provider === 'own' ? publicUrl : usableAddress(this.tunnel)
  }

  /** True if reachability is known, so that downtime is already being reported. */
  get reportsGaps(): boolean {
    const { since, lostAt } = this.tunnel
    return since !== null || lostAt !== null
  }
}
