import { hash } from 'node:crypto'

/** The stored facts of a server's key. */
export interface KnownKey {
  /** `SHA256:…`, as OpenSSH shows it. */
  fingerprint: string
  /** `ssh-ed25519`; null when the owner entered only the fingerprint. */
  type: string | null
}

/** The store of server keys. */
export interface HostKeys {
  /** The accepted key of this server; null = none was seen yet. */
  known(): Promise<KnownKey | null>
  /** First connection: the key is accepted from now on. */
  pin(key: KnownKey): Promise<void>
  /** Another key was shown and refused. */
  refused(key: KnownKey): Promise<void>
}

/** `blob` is the public key in wire format (RFC 4253, 6.6): it begins with the name of its type. */
export function keyOf(blob: Buffer): KnownKey {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0
  return {
    fingerprint: `SHA256:${hash('sha256', blob, 'base64').replace(/=+$/, '')}`,
    type: blob.subarray(4, 4 + Math.min(length, 64)).toString('latin1'),
  }
}

/**
 * Requests a key of the known type from the server: a server with several keys would otherwise seem to have
 * changed when it gets one more.
 */
export const algorithmsFor = (type: string): string[] =>
  type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type]
