import type { Words } from '../../shared/api.ts'

/** Gives the receiver on this computer an address that Chatra can reach. */
export interface TunnelProvider {
  readonly kind: 'own' | 'ngrok' | 'ssh' | 'relay'
  /**
   * Interval of proofs in milliseconds, where it must differ from five minutes: the service may count
   * requests.
   */
  readonly proofEveryMs?: number
  /** Events are stored elsewhere while the tunnel is closed: an outage loses nothing. */
  readonly storesWhileClosed?: boolean
  /**
   * Opens the tunnel to `target` and resolves with the public address (https, without a trailing slash), or
   * with the problem. Later events are reported through `report`. May be called again after `lost` or `stop`.
   */
  start(target: { host: string; port: number }, report: (change: TunnelChange) => void): Promise<TunnelStart>
  /** Closes the tunnel. Resolves when nothing is left open; may be called at any moment, also twice. */
  stop(): Promise<void>
  /** The computer woke up or the network changed: an open connection may be dead. */
  wake?(): void
}

export type TunnelStart = { ok: true; address: string } | { ok: false; problem: TunnelProblem }

export type TunnelChange =
  /** The service assigned another address; it must be pasted into Chatra again. */
  | { type: 'address'; address: string }
  /** The tunnel may be broken, and the provider is about to repair it: the address is proven at once. */
  | { type: 'doubtful'; problem: TunnelProblem }
  /** The tunnel is closed; it will be reopened. */
  | { type: 'lost'; problem: TunnelProblem }
  /** A notice for the owner, e.g. that the relay refused events: becomes an event, its key is `event.…`. */
  | { type: 'notice'; words: Words }

export interface TunnelProblem {
  /** Key and parameters of the catalogues (`tunnel.problem.*`). Never a secret. */
  words: Words
  /** False: retrying cannot help (a wrong token, a changed host key); the owner must act. */
  retries: boolean
  /** For the log. */
  detail: string
}
