import { hash } from 'node:crypto'

/** What is remembered of a server's key. */
export interface KnownKey {
  /** `SHA256:…`, as OpenSSH shows it. */
  fingerprint: string
  /** `ssh-ed25519`; null where the owner gave the fingerprint alone. */
  type: string | null
}

/** Where keys of servers are remembered. */
export interface HostKeys {
  /** The key that holds for this server; null = none was seen yet. */
  known(): Promise<KnownKey | null>
  /** The first connection: it holds from now on. */
  pin(key: KnownKey): Promise<void>
  /** Another key was shown and refused. */
  refused(key: KnownKey): Promise<void>
}

/** `blob` is the public key as it travels (RFC 4253, 6.6): it begins with the name of its type. */
export function keyOf(blob: Buffer): KnownKey {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0
  return {
    fingerprint: `SHA256:${hash('sha256', blob, 'base64').replace(/=+$/, '')}`,
    type: blob.subarray(4, 4 + Math.min(length, 64)).toString('latin1'),
  }
}

/**
 * The server is asked for a key of the type that is known: one that has several would otherwise seem to have changed when
 * it gets one more.
 */
export const algorithmsFor = (type: string): string[] =>
  type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type]
