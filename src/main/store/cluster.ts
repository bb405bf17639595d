/** What the hosts of one store know of each other. A unit is carried by the host that holds its lease. */
export interface Hosts {
  /** This host; another one at each start. */
  readonly me: string
  /** Which connections' events are decided on here: the others' hosts are told of theirs. */
  carries: (connectionId: string) => boolean
  /** This host lives, and its leases (the answer) last for `ttlMs` more, from when the database carries this out. */
  beat(presence: Presence, ttlMs: number): Promise<Lease[]>
  look(units: readonly string[]): Promise<Look>
  /** Takes at most `most` of these units, those that nobody holds. */
  take(units: readonly string[], most: number, ttlMs: number): Promise<Lease[]>
  /** This host has ended its work for these units: others may take them at once. */
  giveBack(units: readonly string[]): Promise<void>
  /** This host is about to end: the others share its units, as far as it gives them back. */
  retire(): Promise<void>
  /** That host certainly works no more: what it held is free. */
  bury(host: string): Promise<void>
  /** Who holds which unit now. */
  holders(): Promise<Holder[]>
  /**
   * From now on ids of this host are higher than all that any host has assigned before: messages of a conversation keep
   * their order when another host goes on with it.
   */
  renewIds(): Promise<void>
  /** Hands words to all programs on this store; a hint, which may be lost. */
  tell(words: Words): Promise<void>
  /** What others tell, and oneself. Returns a function that ends it. */
  listen(heard: (words: Words) => void): () => void
  /** Others look at what waits: this host has changed it. */
  changed(): Promise<void>
}

/** The turn counts the hosts that were given the unit. */
export interface Lease {
  unit: string
  turn: number
}
/** How a host shows itself to the others. */
export interface Presence {
  /** What people call it: the computer's name. */
  name: string
  /** Where other hosts reach its receiver. */
  address: string
  version: string
  /** How often webhooks may have been lost at it since its start. */
  breaks: number
}
export interface Seen extends Presence {
  host: string
  /** Since its last beat, by the database's clock. */
  silentMs: number
}
export interface Look {
  /** Those that live, and those that died during the last minutes. */
  hosts: Seen[]
  /** Those of the units that nobody holds. */
  free: string[]
  /** Connections with events that are not decided on. */
  waiting: string[]
}
export interface Holder {
  unit: string
  host: string
  name: string
  address: string
}

/** `about`: a connection (`inbox`, `now`), or a nonce (`proof`). */
export interface Words {
  kind: 'inbox' | 'lease' | 'changed' | 'now' | 'proof'
  about: string
}
