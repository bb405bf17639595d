import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

export interface HookConnection {
  id: string
  /** null = the connection takes no webhooks yet. */
  secret: string | null
}

/**
 * Returns whether an id and a secret belong together, in constant time whether or not the id or the secret is
 * known: both sides are hashed, all connections are compared, and the result is read at the end.
 */
export function createHookAuth(
  connections: () => readonly HookConnection[],
): (id: string, secret: string) => boolean {
  const digests = new Map<string, Buffer>()
  const nobody = randomBytes(32)

  const digestOf = ({ id, secret }: HookConnection): Buffer => {
    if (secret === null) return nobody
    const address = addressOf(id, secret)
    let digest = digests.get(address)
    if (digest === undefined) {
      // Old secrets would accumulate only after thousands of changes.
      if (digests.size > 1_000) digests.clear()
      digest = digestText(address)
      digests.set(address, digest)
    }
    return digest
  }

  return (id, secret) => {
    const given = digestText(addressOf(id, secret))
    let matches = 0
    for (const connection of connections()) {
      matches |= Number(timingSafeEqual(given, digestOf(connection)))
    }
    return matches === 1
  }
}

// A line feed cannot be part of an id (config.ts), so two pairs never make the same text.
const addressOf = (id: string, secret: string) => `${id}\n${secret}`
const digestText = (text: string): Buffer => hash('sha256', text, 'buffer')
