import { inPieces } from './pieces.ts'

/** The keychain of the operating system, for one product. Every call may take as long as its owner takes to answer a prompt. */
export interface Keychain {
  /** Null when there is none; on Linux also when the keyring is locked and stays so. */
  get(account: string): Promise<string | null>
  set(account: string, secret: string): Promise<void>
  /** False when there was none, and so is that of a locked keyring. */
  delete(account: string): Promise<boolean>
}

/** What a Windows credential holds is 2,560 bytes; a private key may be longer. */
const MOST_ON_WINDOWS = 2400

/**
 * Loaded when it is needed first, as it loads native code: rejects where a library of the system is missing. `service` is
 * the name under which the owner finds the entries in the keychain.
 */
export async function loadKeychain(service: string, platform: NodeJS.Platform): Promise<Keychain> {
  const { default: keytar } = await import('keytar')
  const keychain: Keychain = {
    get: (account) => keytar.getPassword(service, account),
    set: (account, secret) => keytar.setPassword(service, account, secret),
    delete: (account) => keytar.deletePassword(service, account),
  }
  return platform === 'win32' ? inPieces(keychain, MOST_ON_WINDOWS) : keychain
}
