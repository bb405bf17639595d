import type { KeychainTrouble } from '../../shared/api/state.ts'
import { PROGRAM_SECRETS } from '../../shared/config.ts'
import { type Account, accountOf, KEYS } from './accounts.ts'
import { chunked } from './chunked-keychain.ts'
import { PROGRAM, type SecretName } from './environment.ts'
import { KeyringLocked, keychainErrorOf } from './keychain-errors.ts'
import { type Keychain, loadKeychain } from './keytar.ts'
import { SecretsState } from './secrets-state.ts'
import { type SerialCalls, serialWithTimeout } from './serial-timeout.ts'
import type { SecretStore } from './store.ts'

export type { KeychainTrouble } from '../../shared/api/state.ts'

/** The product's service name in the keychain. */
export const SERVICE = 'chatra-planfix-bridge'

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

/**
 * Distinguishes a working keychain from a locked one: for an entry of a locked keyring, Linux answers "none".
 */
const PROOF = 'works'

const OF_CONNECTION = [...KEYS, 'WEBHOOK_SECRET'] as const

export interface KeychainSecrets extends SecretStore {
  readonly trouble: KeychainTrouble | null
  tryAgain(): Promise<KeychainTrouble | null>
  watch(changed: () => void): () => void
}

/**
 * The secrets of the desktop, in the keychain of the operating system: one entry each, `<connection>/<NAME>`.
 * Never rejects: where no keychain works, `trouble` gives the reason, `keeps` is `memory`, and all secrets
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
  /** Secrets read from the keychain, or set. */
  private readonly known = new Map<Account, string>()
  private readonly lent = new Map<Account, string>()
  /** Certainly not in the keychain. */
  private readonly absent = new Set<Account>()
  /** To be stored in the keychain, or removed from it (null), once it works. */
  private readonly pending = new Map<Account, string | null>()
  private readonly remembered: SecretsState
  private keychain: Keychain | null = null
  private trying: Promise<KeychainTrouble | null> | null = null
  private retries: number[]
  /** The last reported trouble. */
  private reported: KeychainTrouble['code'] | null = null

  constructor(options: KeychainOptions) {
    this.options = options
    this.line = serialWithTimeout(options.limitMs ?? LIMIT_MS, (ending) => this.late(ending))
    this.retries = options.readsOnly ? [] : [...(options.retryMs ?? RETRY_MS)]
    this.remembered = new SecretsState(options)
    for (const account of this.remembered.forget) this.pending.set(account, null)
  }

  get keptIn(): 'keychain' | 'memory' {
    return this.trouble === null ? 'keychain' : 'memory'
  }

  async begin(): Promise<void> {
    // It worked the last time, so the proof entry exists: an owner who has just dismissed a prompt does not
    // get another.
    const provesItself = this.remembered.worked || this.options.readsOnly === true
    await this.tryOnce(!provesItself)
  }

  async get(connectionId: string, name: SecretName): Promise<string | null> {
    const account = accountOf(connectionId, name)
    const here = this.here(account)
    if (here !== undefined) return here
    const found = this.trouble === null ? await this.read(account) : null
    const meanwhile = this.here(account)
    if (meanwhile !== undefined) return meanwhile
    if (found !== null) return this.learned(account, found)
    return this.trouble === null ? null : this.unsealed(account)
  }

  whereToPut(connectionId: string, name: SecretName): string {
    return `the settings of the bridge, kept in the keychain as "${accountOf(connectionId, name)}"`
  }

  async set(connectionId: string, name: SecretName, value: string): Promise<void> {
    const account = accountOf(connectionId, name)
    this.learned(account, value)
    this.lent.delete(account)
    this.absent.delete(account)
    if (this.trouble === null && (await this.done((keychain) => keychain.set(account, value)))) {
      this.pending.delete(account)
      return
    }
    // Another value may have been set during the keychain call.
    const latest = this.known.get(account)
    if (latest !== undefined) this.pending.set(account, latest)
    await this.note()
  }

  setTemporary(connectionId: string, name: SecretName, value: string): void {
    this.options.learn(value)
    this.lent.set(accountOf(connectionId, name), value)
  }

  async remove(connectionId: string): Promise<void> {
    const names = connectionId === PROGRAM ? PROGRAM_SECRETS : OF_CONNECTION
    const lent = names.filter((name) => this.lent.delete(accountOf(connectionId, name)))
    // A lent secret was never stored.
    if (lent.length > 0) return
    for (const name of names) await this.delete(connectionId, name)
  }

  async delete(connectionId: string, name: SecretName): Promise<void> {
    const account = accountOf(connectionId, name)
    this.lent.delete(account)
    this.known.delete(account)
    this.absent.add(account)
    if (this.trouble === null && (await this.done((keychain) => forget(keychain, account)))) return
    this.pending.set(account, null)
    await this.note()
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
    const value = this.lent.get(account) ?? this.known.get(account)
    if (value !== undefined) return value
    return this.absent.has(account) ? null : undefined
  }

  private learned(account: Account, value: string): string {
    this.options.learn(value)
    this.known.set(account, value)
    return value
  }

  /** Null when there is none, and when the keychain no longer works: then `trouble` gives the reason. */
  private async read(account: Account): Promise<string | null> {
    const read = await this.done((keychain) => keychain.get(account))
    if (read === null || read.value !== null) return read?.value ?? null
    // None, or locked since: the proof entry exists unless the keychain is locked.
    const proof = await this.done((keychain) => keychain.get(PROOF))
    if (proof?.value === null) await this.fell(new KeyringLocked())
    else if (proof !== null) this.absent.add(account)
    return null
  }

  /** The keychain's answer; null = it failed, and the failure is the new trouble. */
  private async done<T>(work: (keychain: Keychain) => Promise<T>): Promise<{ value: T } | null> {
    try {
      const keychain = this.keychain
      if (keychain === null) throw new Error('the keychain is not open')
      return { value: await this.line.run(() => work(keychain)) }
    } catch (error) {
      await this.fell(error)
      return null
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
    const { service, platform, log } = this.options
    try {
      const keychain =
        this.keychain ?? fitting(await (this.options.keychain ?? loadKeychain)(service), platform)
      await this.line.run(() => prove(keychain, mayAsk))
      this.keychain = keychain
      await this.takeSealed(keychain)
      for (const [account, value] of this.waiting()) {
        if (value === null) await this.line.run(() => forget(keychain, account))
        else await this.line.run(() => keychain.set(account, value))
        // Unless it has changed again meanwhile.
        if (this.pending.get(account) === value) this.pending.delete(account)
      }
    } catch (error) {
      await this.fell(error)
      return this.trouble
    }
    const isNews = this.trouble !== null
    this.trouble = null
    this.reported = null
    this.retries = [...(this.options.retryMs ?? RETRY_MS)]
    this.absent.clear()
    this.remembered.dropSealed()
    await this.note()
    if (isNews) {
      log.info({ service }, 'keys and tokens are kept in the keychain')
      this.notify()
    }
    return null
  }

  /** Secrets set while the others are being stored come last. */
  private *waiting(): Generator<[Account, string | null]> {
    for (;;) {
      const [first] = this.pending
      if (first === undefined) return
      yield first
    }
  }

  /** A call that had timed out has ended: the owner has accepted or dismissed the prompt. */
  private late(ending: PromiseSettledResult<unknown>): void {
    if (this.trouble?.code !== 'waiting') return
    if (ending.status === 'rejected') void this.fell(ending.reason)
    // The state after a dismissed prompt. The owner gets no other prompt before asking for it.
    else if (ending.value === null) void this.fell(new KeyringLocked())
    else void this.tryOnce(true)
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
  private async takeSealed(keychain: Keychain): Promise<void> {
    const sealed = this.remembered.sealed.filter((account) => !this.known.has(account))
    for (const id of this.remembered.connections) {
      for (const name of KEYS) {
        const account = accountOf(id, name)
        const key = this.known.has(account) ? null : await this.line.run(() => keychain.get(account))
        if (key !== null) this.learned(account, key)
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

/** A Windows credential holds 2,560 bytes; a private key may be longer. */
const MOST_ON_WINDOWS = 2400

const fitting = (keychain: Keychain, platform: NodeJS.Platform): Keychain =>
  platform === 'win32' ? chunked(keychain, MOST_ON_WINDOWS) : keychain

/** Rejects when the keyring is locked, where removing finds nothing to remove. */
async function forget(keychain: Keychain, account: Account): Promise<void> {
  if (!(await keychain.delete(account)) && (await keychain.get(PROOF)) === null) throw new KeyringLocked()
}

/** Rejects unless a stored value can be read back. `mayAsk`: the owner may get a prompt to unlock it. */
async function prove(keychain: Keychain, mayAsk: boolean): Promise<void> {
  if ((await keychain.get(PROOF)) !== null) return
  if (!mayAsk) throw new KeyringLocked()
  await keychain.set(PROOF, 'yes')
  if ((await keychain.get(PROOF)) === null) throw new KeyringLocked()
}
