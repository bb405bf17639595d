/**
 * The keychain of the operating system, for one product. Every call may last until the owner answers a
 * prompt.
 */
export interface Keychain {
  /** Null when there is none; on Linux also when the keyring is locked and stays so. */
  get(account: string): Promise<string | null>
  set(account: string, secret: string): Promise<void>
  /** False when there was none, and also when the keyring is locked. */
  delete(account: string): Promise<boolean>
}

/**
 * Loaded on first use, since it loads native code: rejects where a library of the system is missing.
 * `service` is the name under which the owner finds the entries in the keychain.
 */
export async function loadKeychain(service: string): Promise<Keychain> {
  const { default: keytar } = await import('keytar')
  return {
    get: (account) => keytar.getPassword(service, account),
    set: (account, secret) => keytar.setPassword(service, account, secret),
    delete: (account) => keytar.deletePassword(service, account),
  }
}
