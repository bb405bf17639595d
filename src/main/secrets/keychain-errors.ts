import type { KeychainTrouble } from '../../shared/api/state.ts'
import { errorMessage } from '../../shared/node-errors.ts'
import { KeychainTimeout } from './serial-timeout.ts'

/** The keyring is there and nobody has unlocked it. */
export class KeyringLocked extends Error {
  constructor() {
    super('the keyring is locked')
  }
}

/** What libsecret, GLib and the bus say (English or not, the names of errors and interfaces stay), and what it means. */
const SAYINGS: readonly [RegExp, KeychainTrouble['code']][] = [
  [/load keytar|native addon|\.node\b|shared object|dlopen/i, 'no-library'],
  // The one that answered until now, by its own name on the bus: libsecret knows no other before the process begins anew,
  // unless GLib's loop runs in it, as in Electron.
  [/name :[\d.]+ was not provided|disconnected from message bus|remote peer/i, 'lost'],
  [/not provided by any|ServiceUnknown|NameHasNoOwner|org\.freedesktop\.secrets/i, 'no-service'],
  [
    /autolaunch|\$DISPLAY|dbus-launch|could not connect|machine-id|connection refused|connection is closed/i,
    'no-bus',
  ],
  [/does not exist at path|no such (?:secret )?collection|UnknownObject|NoSuchObject/i, 'no-collection'],
  [/locked|dismissed|cancell?ed|denied|not allowed|auth ?failed|passphrase/i, 'locked'],
]

/** Why the keychain does not work, from what a call of it ended with. Pure. */
export function keychainErrorOf(error: unknown): KeychainTrouble {
  const detail = errorMessage(error).slice(0, 300)
  if (error instanceof KeychainTimeout) return { code: 'waiting', detail: '' }
  if (error instanceof KeyringLocked) return { code: 'locked', detail: '' }
  const found = SAYINGS.find(([saying]) => saying.test(detail))
  return { code: found?.[1] ?? 'failing', detail }
}
