import { randomBytes } from 'node:crypto'

/** Nothing of ours is shown inside another page, nothing is guessed, nothing is told to others. */
export const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Written into the document by the build; the interface gives it to the style elements it makes. */
const NONCE_PLACE = '__CSP_NONCE__'

/**
 * The document for one load, with a nonce of its own, and the content security policy that goes with it. `connect` is
 * what the page may connect to, in the words of the policy.
 */
export function documentOf(built: Buffer, connect: string): { html: string; policy: string } {
  const nonce = randomBytes(16).toString('base64')
  return { html: built.toString('utf8').replaceAll(NONCE_PLACE, nonce), policy: policy(nonce, connect) }
}

/** Nothing foreign is loaded or run. */
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
