import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

export interface HookConnection {
  id: string
  /** null = the connection takes no webhooks yet. */
  secret: string | null
}

/**
 * Answers whether an id and a secret belong together, in the same time whether the id, the secret or nothing of them is
 * known: both sides are hashed, all connections are compared, and the outcome is looked at in the end.
 */
export function createGatekeeper(
  connections: () => readonly HookConnection[],
): (id: string, secret: string) => boolean {
  const digests = new Map<string, Buffer>()
  const nobody = randomBytes(32)

  const digestOf = ({ id, secret }: HookConnection): Buffer => {
    if (secret === null) return nobody
    const address = addressOf(id, secret)
    let digest = digests.get(address)
    if (digest === undefined) {
      // Old secrets would pile up only if they were changed by the thousand.
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

/**
 * The path of a request without what pasting leaves in it: white space (as `%20` too) and slashes at its end, slashes that
 * are doubled. What follows `?` stays. Takes time linear in the length.
 */
export function tidyAddress(url: string): string {
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  let length = path.length
  for (;;) {
    if (length > 1 && path[length - 1] === '/') length -= 1
    else if (/^%(?:20|09|0a|0d)$/i.test(path.slice(length - 3, length))) length -= 3
    else break
  }
  return path.slice(0, length).replace(/\/{2,}/g, '/') + (end < 0 ? '' : url.slice(end))
}
