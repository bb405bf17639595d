import { join } from 'node:path'
import { type Account, isKey, partsOf } from './accounts.ts'
import { PROGRAM, type SecretName } from './environment.ts'
import { VERSION } from './item.ts'
import { mayBeKey, seal, unseal } from './seal.ts'
import { readSecretsFile, SECRETS_FILE, type SecretsFile, writeSecretsFile } from './secrets-file.ts'

/** Owners do not know these secrets, and new ones would have to be entered elsewhere. */
const SEALED: readonly SecretName[] = ['WEBHOOK_SECRET', 'RELAY_KEY']

/**
 * State beside the keychain that outlives the process, in the data folder: whether the keychain worked, which
 * entries must be removed from it, and, while it does not work, the secrets that cannot be typed again,
 * sealed with the keys that the owner types at each start.
 */
export class SecretsState {
  private readonly path: string | null
  private readonly notes: SecretsFile
  /** Sealing is slow on purpose, so results are cached in this process with their keys. */
  private readonly made = new Map<string, string>()
  private readonly readsOnly: boolean

  constructor(options: { service: string; dataDir?: string; readsOnly?: boolean }) {
    const { service, dataDir, readsOnly = false } = options
    this.readsOnly = readsOnly
    this.path = dataDir === undefined ? null : join(dataDir, SECRETS_FILE)
    const found = this.path === null ? null : readSecretsFile(this.path)
    this.notes = { kept: 'memory', format: 0, forget: [], sealed: {}, ...found, service }
  }

  /** The last time. */
  get worked(): boolean {
    return this.notes.kept === 'keychain'
  }
  /** The keychain holds the item with all secrets. */
  get hasItem(): boolean {
    return this.notes.format >= VERSION
  }
  get forget(): readonly Account[] {
    return this.readsOnly ? [] : this.notes.forget
  }
  get sealed(): Account[] {
    return this.readsOnly ? [] : Object.keys(this.notes.sealed)
  }
  /** Whose keys can open the sealed secret. */
  get connections(): Set<string> {
    return new Set(this.sealed.map((account) => partsOf(account)[0]).filter((id) => id !== PROGRAM))
  }

  /** The sealed secret, when one of its keys is known; null otherwise. */
  async open(account: Account, known: ReadonlyMap<Account, string>): Promise<string | null> {
    for (const key of keysFor(account, known)) {
      for (const sealed of this.notes.sealed[account] ?? []) {
        const secret = await unseal(sealed, key)
        if (secret !== null) return secret
      }
    }
    return null
  }

  dropSealed(): void {
    this.notes.sealed = {}
  }

  /** Writes the file. Throws the disk's errors. */
  async write(now: {
    works: boolean
    forget: Account[]
    known: ReadonlyMap<Account, string>
  }): Promise<void> {
    if (this.path === null || this.readsOnly) return
    if (!now.works) await this.sealAll(now.known)
    for (const account of now.forget) delete this.notes.sealed[account]
    // Once a keychain holds an entry it is read again, whatever its state today.
    if (now.works) Object.assign(this.notes, { kept: 'keychain', format: VERSION })
    this.notes.forget = now.forget
    writeSecretsFile(this.path, this.notes)
  }

  private async sealAll(known: ReadonlyMap<Account, string>): Promise<void> {
    for (const [account, secret] of [...known]) {
      if (!SEALED.includes(partsOf(account)[1])) continue
      const sealed: string[] = []
      for (const key of keysFor(account, known)) {
        const memo = JSON.stringify([secret, key])
        const one = this.made.get(memo) ?? (await seal(secret, key))
        this.made.set(memo, one)
        sealed.push(one)
      }
      if (sealed.length > 0) this.notes.sealed[account] = sealed
    }
  }
}

/** The typed keys that may open it: its connection's, or any for secrets of the program. */
function keysFor(account: Account, known: ReadonlyMap<Account, string>): string[] {
  const [id] = partsOf(account)
  return [...known]
    .filter(([one]) => isKey(one) && (id === PROGRAM || partsOf(one)[0] === id))
    .map(([, key]) => key)
    .filter(mayBeKey)
}
