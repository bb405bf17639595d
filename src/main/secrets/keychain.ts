import type { KeychainTrouble } from '../../shared/api/state.ts'
import { type Account, accountOf, accountsOf, KEYS } from './accounts.ts'
import { chunked } from './chunked-keychain.ts'
import type { SecretName } from './environment.ts'
import type { Item } from './item.ts'
import { type ItemStore, itemStore } from './item-store.ts'
import { keychainErrorOf } from './keychain-errors.ts'
import { type Keychain, loadKeychain } from './keytar.ts'
import { SecretsState } from './secrets-state.ts'
import { type SerialCalls, serialWithTimeout } from './serial-timeout.ts'
import type { SecretStore } from './store.ts'

export type { KeychainTrouble } from '../../shared/api/state.ts'

/** The service name in the keychain: the product's, or another one for a second data folder of the same user. */
export const serviceIn = ({ BRIDGE_KEYCHAIN_SERVICE }: NodeJS.ProcessEnv): string =>
  BRIDGE_KEYCHAIN_SERVICE || 'chatra-planfix-bridge'

export interface KeychainOptions {
  /** The service name of the entries in the keychain. */
  service: string
  /** Called with each secret before any other use (Redactor.add). */
  learn: (secret: string) => void
  log: { info(fields: object, text: string): void; warn(fields: object, text: string): void }
  platform: NodeJS.Platform
  /** Records how secrets are stored (secrets-file.ts); without it none of that outlives the process. */
  dataDir?: string
  /** Read only: nothing is stored in the keychain or recorded. */
  readsOnly?: boolean
  /** Time limit of a keychain call, milliseconds. */
  limitMs?: number
  /** Delays of the automatic retries after a failure, milliseconds each. */
  retryMs?: readonly number[]
  keychain?: (service: string) => Promise<Keychain>
}

/**
 * Long enough for a keyring that is being started; the answer to a prompt comes later, and is noticed then.
 */
const LIMIT_MS = 4000
/** A desktop session may start its keyring after the programs that start with it. */
const RETRY_MS = [2000, 5000, 15_000, 60_000]
const MENDS_ITSELF: readonly KeychainTrouble['code'][] = ['no-bus', 'no-service', 'lost', 'failing']

export interface KeychainSecrets extends SecretStore {
  readonly trouble: KeychainTrouble | null
  tryAgain(): Promise<KeychainTrouble | null>
  watch(changed: () => void): () => void
}

/**
 * The secrets of the desktop, all in one item of the operating system's keychain (item.ts), so that macOS asks once.
 * Never rejects: where no keychain works, `trouble` gives the reason, `keptIn` is `memory`, and all secrets
 * are kept until the process exits, or stored in the keychain once it works. Nothing is written to disk in
 * plain text (docs/architecture.md, "Secrets").
 */
export async function openSecrets(options: KeychainOptions): Promise<KeychainSecrets> {
  const secrets = new Secrets(options)
  await secrets.begin()
  return secrets
}

class Secrets implements KeychainSecrets {
  trouble: KeychainTrouble | null = { code: 'failing', detail: '' }
  private readonly options: KeychainOptions
  private readonly line: SerialCalls
  private readonly listeners = new Set<() => void>()
  /** Secrets that were asked for, or set. */
  private readonly known = new Map<Account, string>()
  /** To be stored in the keychain, or removed from it (null), once it works. */
  private readonly pending = new Map<Account, string | null>()
  private readonly remembered: SecretsState
  private store: ItemStore | null = null
  /** As last read or stored; null = never. */
  private item: Item | null = null
  private trying: Promise<KeychainTrouble | null> | null = null
  private retries: number[]
  /** The last reported trouble. */
  private reported: KeychainTrouble['code'] | null = null

  constructor(options: KeychainOptions) {
    this.options = options
    this.line = serialWithTimeout(options.limitMs ?? LIMIT_MS, (ending) => this.late(ending))
    this.retries = this.allRetries()
    this.remembered = new SecretsState(options)
    for (const account of this.remembered.forget) this.pending.set(account, null)
  }

  get keptIn(): 'keychain' | 'memory' {
    return this.trouble === null ? 'keychain' : 'memory'
  }

  async begin(): Promise<void> {
    // It worked the last time, so the item exists: an owner who has just dismissed a prompt does not get
    // another.
    const isThere = this.remembered.worked || this.options.readsOnly === true
    await this.tryOnce(!isThere)
  }

  async get(connectionId: string, name: SecretName): Promise<string | null> {
    const account = accountOf(connectionId, name)
    const here = this.here(account)
    if (here !== undefined) return here
    const found = await this.stored(connectionId, account)
    const meanwhile = this.here(account)
    if (meanwhile !== undefined) return meanwhile
    if (found !== null) return this.learned(account, found)
    return this.trouble === null ? null : this.unsealed(account)
  }

  whereToPut(connectionId: string, name: SecretName): string {
    return `the settings of the bridge, which keeps it in the keychain as "${accountOf(connectionId, name)}"`
  }

  async set(connectionId: string, name: SecretName, value: string): Promise<void> {
    const account = accountOf(connectionId, name)
    this.learned(account, value)
    await this.change(new Map([[account, value]]))
  }

  async remove(connectionId: string): Promise<void> {
    await this.deleteAll(accountsOf(connectionId))
  }

  async delete(connectionId: string, name: SecretName): Promise<void> {
    const account = accountOf(connectionId, name)
    await this.deleteAll([account])
  }

  async tryAgain(): Promise<KeychainTrouble | null> {
    return this.tryOnce(true)
  }

  watch(changed: () => void): () => void {
    const own = () => changed()
    this.listeners.add(own)
    return () => void this.listeners.delete(own)
  }

  private here(account: Account): string | null | undefined {
    const value = this.known.get(account)
    if (value !== undefined) return value
    return this.pending.get(account) === null ? null : undefined
  }

  private learned(account: Account, value: string): string {
    this.options.learn(value)
    this.known.set(account, value)
    return value
  }

  /** Null when there is none, and when nothing could be read yet: then `trouble` gives the reason. */
  private async stored(connectionId: string, account: Account): Promise<string | null> {
    if (this.item === null) return null
    if (this.trouble === null && !this.item.moved.includes(connectionId)) {
      if (this.options.readsOnly) return this.item.secrets[account] ?? this.peeked(account)
      await this.done((store) => store.move(connectionId))
    }
    return this.item.secrets[account] ?? null
  }

  private async peeked(account: Account): Promise<string | null> {
    try {
      const { store } = this
      return store === null ? null : await this.line.run(() => store.peek(account))
    } catch (error) {
      await this.fell(error)
      return null
    }
  }

  private deleteAll(accounts: readonly Account[]): Promise<void> {
    for (const account of accounts) this.known.delete(account)
    return this.change(new Map(accounts.map((account) => [account, null])))
  }

  /** Until it is stored, and if it cannot be, it is pending. */
  private async change(changes: ReadonlyMap<Account, string | null>): Promise<void> {
    for (const [account, value] of changes) this.pending.set(account, value)
    if (this.trouble !== null || !(await this.done((store) => store.change(changes)))) await this.note()
    else this.settle(changes)
  }

  /** Unless it has changed again meanwhile. */
  private settle(changes: ReadonlyMap<Account, string | null>): void {
    for (const [account, value] of changes) {
      if (this.pending.get(account) === value) this.pending.delete(account)
    }
  }

  /** False: it failed, and the failure is the new trouble. */
  private async done(work: (store: ItemStore) => Promise<Item>): Promise<boolean> {
    try {
      const { store } = this
      if (store === null) throw new Error('the keychain is not open')
      this.item = await this.line.run(() => work(store))
      return true
    } catch (error) {
      await this.fell(error)
      return false
    }
  }

  private async fell(error: unknown): Promise<void> {
    const trouble = keychainErrorOf(error)
    this.trouble = trouble
    this.retryLater()
    if (this.reported === trouble.code) return
    this.reported = trouble.code
    this.options.log.warn(
      trouble,
      'the keychain does not work: keys are kept in memory until the bridge exits',
    )
    await this.note()
    this.notify()
  }

  private tryOnce(mayAsk: boolean): Promise<KeychainTrouble | null> {
    this.trying ??= this.tryNow(mayAsk).finally(() => {
      this.trying = null
    })
    return this.trying
  }

  private async tryNow(mayAsk: boolean): Promise<KeychainTrouble | null> {
    const { service, platform, log, readsOnly = false } = this.options
    try {
      const store =
        this.store ??
        itemStore(fitting(await (this.options.keychain ?? loadKeychain)(service), platform), { readsOnly })
      const { item: last, remembered } = this
      this.item = await this.line.run(() => store.open({ mayAsk, last, isMade: remembered.hasItem }))
      this.store = store
      await this.takeSealed(store)
      // Secrets set while the others are being stored come last.
      while (this.pending.size > 0) {
        const changes = new Map(this.pending)
        this.item = await this.line.run(() => store.change(changes))
        this.settle(changes)
      }
      if (!readsOnly && this.item.leftover.length > 0) this.item = await this.line.run(() => store.tidy())
    } catch (error) {
      await this.fell(error)
      return this.trouble
    }
    const isNews = this.trouble !== null
    this.trouble = null
    this.reported = null
    this.retries = this.allRetries()
    this.remembered.dropSealed()
    await this.note()
    if (isNews) {
      log.info({ service }, 'keys and tokens are kept in the keychain')
      this.notify()
    }
    return null
  }

  /** A call that had timed out has ended: the owner has accepted or dismissed the prompt. */
  private late(ending: PromiseSettledResult<unknown>): void {
    if (this.trouble?.code !== 'waiting') return
    // The owner gets no other prompt before asking for it.
    if (ending.status === 'rejected') void this.fell(ending.reason)
    else void this.tryOnce(true)
  }

  private allRetries(): number[] {
    const { platform, readsOnly, retryMs = RETRY_MS } = this.options
    // macOS has its keychain from the login on: a failure there is a refused prompt, in the words of any language.
    return readsOnly || platform === 'darwin' ? [] : [...retryMs]
  }

  private retryLater(): void {
    if (!this.trouble || !MENDS_ITSELF.includes(this.trouble.code)) return
    const wait = this.retries.shift()
    if (wait !== undefined) setTimeout(() => void this.tryOnce(true), wait).unref()
  }

  private notify(): void {
    for (const listener of [...this.listeners]) listener()
  }

  /** A secret that was sealed while no keychain worked, opened with a key that was typed meanwhile. */
  private async unsealed(account: Account): Promise<string | null> {
    const secret = await this.remembered.open(account, this.known)
    if (secret === null) return null
    this.pending.set(account, secret)
    return this.learned(account, secret)
  }

  /** The sealed value is newer than the keychain's, which did not work then. */
  private async takeSealed(store: ItemStore): Promise<void> {
    const sealed = this.remembered.sealed.filter((account) => !this.known.has(account))
    for (const id of this.remembered.connections) {
      const item = await this.line.run(() => store.move(id))
      this.item = item
      for (const name of KEYS) {
        const account = accountOf(id, name)
        const key = this.here(account) === undefined ? item.secrets[account] : undefined
        if (key !== undefined) this.learned(account, key)
      }
    }
    for (const account of sealed) await this.unsealed(account)
  }

  private async note(): Promise<void> {
    const forget = [...this.pending].flatMap(([account, value]) => (value === null ? [account] : []))
    try {
      await this.remembered.write({ works: this.trouble === null, forget, known: this.known })
    } catch (error) {
      this.options.log.warn({ error: String(error) }, 'the place where keys are stored could not be recorded')
    }
  }
}

/** A Windows credential holds 2,560 bytes. */
const MOST_ON_WINDOWS = 2400

const fitting = (keychain: Keychain, platform: NodeJS.Platform): Keychain =>
  platform === 'win32' ? chunked(keychain, MOST_ON_WINDOWS) : keychain
