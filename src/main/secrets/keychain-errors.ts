import type { KeychainTrouble } from '../../shared/api/state.ts'
import { errorMessage } from '../../shared/node-errors.ts'
import { ItemDamaged, ItemNewer } from './item.ts'
import { KeychainTimeout } from './serial-timeout.ts'

/** The keyring exists but is locked. */
export class KeyringLocked extends Error {
  constructor() {
    super('the keyring is locked')
  }
}

/**
 * Messages of libsecret, GLib and the bus (in any language the names of errors and interfaces stay), and
 * their meaning.
 */
const SAYINGS: readonly [RegExp, KeychainTrouble['code']][] = [
  [/load keytar|native addon|\.node\b|shared object|dlopen/i, 'no-library'],
  // The program that answered until now, by its own name on the bus: libsecret finds no other one before the
  // process restarts, unless GLib's loop runs in it, as in Electron.
  [/name :[\d.]+ was not provided|disconnected from message bus|remote peer/i, 'lost'],
  [/not provided by any|ServiceUnknown|NameHasNoOwner|org\.freedesktop\.secrets/i, 'no-service'],
  [
    /autolaunch|\$DISPLAY|dbus-launch|could not connect|machine-id|connection refused|connection is closed/i,
    'no-bus',
  ],
  [/does not exist at path|no such (?:secret )?collection|UnknownObject|NoSuchObject/i, 'no-collection'],
  [/locked|dismissed|cancell?ed|denied|not allowed|auth ?failed|passphrase/i, 'locked'],
]

/** Why the keychain does not work, from the error of a call. Pure. */
export function keychainErrorOf(error: unknown): KeychainTrouble {
  const detail = errorMessage(error).slice(0, 300)
  if (error instanceof KeychainTimeout) return { code: 'waiting', detail: '' }
  if (error instanceof KeyringLocked) return { code: 'locked', detail: '' }
  if (error instanceof ItemDamaged) return { code: 'damaged', detail: '' }
  if (error instanceof ItemNewer) return { code: 'newer', detail }
  const found = SAYINGS.find(([saying]) => saying.test(detail))
  return { code: found?.[1] ?? 'failing', detail }
}
