/**
 * Values that no log, report or error message may contain (docs/architecture.md, "Configuration"): replaced
 * by `***`.
 */
export interface Redactor {
  (text: string): string
  /** Adds secret values, to be redacted everywhere from now on. */
  add(...secrets: (string | null | undefined)[]): void
}

/** Shorter ones would redact ordinary words. */
const SHORTEST = 6

/**
 * The program's redaction: every sink passes each finished line through it, so that a secret is found in any
 * field, address or stack. Known values are replaced at any position, also inside JSON and addresses; unknown
 * ones by the places where secrets are written.
 */
export function createRedactor(...first: (string | null | undefined)[]): Redactor {
  const known = new Set<string>()
  let pattern: RegExp | null = null

  const redact = (text: string): string => {
    const bare = pattern === null ? text : text.replace(pattern, '***')
    return PLACES.reduce((line, place) => line.replace(place, '$1***'), bare)
  }
  const add = (...secrets: (string | null | undefined)[]) => {
    const before = known.size
    for (const secret of secrets) {
      for (const form of secret && secret.length >= SHORTEST ? formsOf(secret) : []) known.add(form)
    }
    if (known.size === before) return
    // The longest first: one secret may be the prefix of another.
    const parts = [...known].sort((one, other) => other.length - one.length).map((form) => escaped(form))
    pattern = parts.length === 0 ? null : new RegExp(parts.join('|'), 'g')
  }
  add(...first)
  return Object.assign(redact, { add })
}

/** A secret as plain text, in JSON, in JSON inside JSON, and in an address. */
function formsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1)
  const twice = JSON.stringify(inJson).slice(1, -1)
  return [secret, inJson, twice, encodeURIComponent(secret.toWellFormed())]
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

const VALUE = `[^\\s"'\\\\,;&}<>]+`
const PLACES: readonly RegExp[] = [
  /(\/hooks\/[^/\s"]+\/)[^/\s"?#\\]+/g,
  /(\/files\/)[^/\s"?#\\]+/g,
  /(\bBearer\s+)[\w~+/.=-]+/gi,
  /(\bChatra\.Simple\s+)[^\s"'\\,]+/gi,
  new RegExp(`([?&](?:token|access_token|key|secret)=)${VALUE}`, 'gi'),
  /(\\?["']?\b(?:authorization|proxy-authorization|cookie|set-cookie|webhookSecret|secretKey|secret_key|apiKey|password|token|planfix_token|PLANFIX_TOKEN|PLANFIX_CHAT_TOKEN|PLANFIX_CHAT_SECRET|CHATRA_SECRET_KEY)\\?["']\s*:\s*\\?["'])(?:[^"\\]|\\[^"])+/gi,
  new RegExp(
    `(\\bBRIDGE_\\w+_(?:PLANFIX_TOKEN|PLANFIX_CHAT_TOKEN|PLANFIX_CHAT_SECRET|CHATRA_SECRET_KEY)=)${VALUE}`,
    'g',
  ),
  new RegExp(`(\\bBRIDGE_(?:NGROK_TOKEN|SSH_KEY|SSH_PASSPHRASE|SSH_PASSWORD|RELAY_KEY)=)${VALUE}`, 'g'),
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?=-----END|$)/gs,
  /(\bauthorization:\s*)(?!Bearer|Chatra\.Simple)\S+/gi,
]
