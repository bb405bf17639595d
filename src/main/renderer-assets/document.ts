import { randomBytes } from 'node:crypto'

/** No framing by other pages, no content sniffing, no referrer. */
export const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** A placeholder that the build writes into the document; the interface copies it to its style elements. */
const NONCE_PLACE = '__CSP_NONCE__'

/**
 * The document for one load, with its own nonce, and the matching content security policy. `connect` is the
 * policy's source list for connections.
 */
export function documentOf(built: Buffer, connect: string): { html: string; policy: string } {
  const nonce = randomBytes(16).toString('base64')
  return { html: built.toString('utf8').replaceAll(NONCE_PLACE, nonce), policy: policy(nonce, connect) }
}

/** No foreign content is loaded or run. */
const policy = (nonce: string, connect: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    `connect-src ${connect}`,
    "worker-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
