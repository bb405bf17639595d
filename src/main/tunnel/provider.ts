import type { Words } from '../../shared/api.ts'

/** Something that gives the receiver on this computer an address that Chatra can reach. */
export interface TunnelProvider {
  readonly kind: 'own' | 'ngrok' | 'ssh' | 'relay'
  /** How often the way in is proven, where another time than five minutes is better: requests may be counted there. */
  readonly proofEveryMs?: number
  /** What comes in is kept somewhere while the way in is closed: a gap loses nothing. */
  readonly storesWhileClosed?: boolean
  /**
   * Opens the way in to `target` and resolves with the public address (https, without a trailing slash), or with why not.
   * What happens afterwards is told through `tell`. May be called again after `lost` or `stop`.
   */
  start(target: { host: string; port: number }, tell: (change: TunnelChange) => void): Promise<TunnelStart>
  /** Closes the way in. Resolves when nothing is left open; may be called at any moment, also twice. */
  stop(): Promise<void>
  /** The computer woke up or the network changed: what looks open may be dead. */
  wake?(): void
}

export type TunnelStart = { ok: true; address: string } | { ok: false; problem: TunnelProblem }

export type TunnelChange =
  /** The service gave another address; it has to be pasted into Chatra again. */
  | { type: 'address'; address: string }
  /** The way in may be closed, and the provider is about to mend it: it is proven at once. */
  | { type: 'doubtful'; problem: TunnelProblem }
  /** The way in is closed; the supervisor opens it again. */
  | { type: 'lost'; problem: TunnelProblem }
  /** Something the owner should know, e.g. that the relay refused events: becomes an event, its key is `event.…`. */
  | { type: 'notice'; words: Words }

export interface TunnelProblem {
  /** Key and parameters of the catalogues (`tunnel.problem.*`). Never a secret. */
  words: Words
  /** False: trying again by itself cannot help (a wrong token, a changed host key); the owner must act. */
  retries: boolean
  /** For the log. */
  detail: string
}
