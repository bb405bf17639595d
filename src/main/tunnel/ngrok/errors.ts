import type { Words } from '../../../shared/api.ts'
import { errorMessage } from '../../../shared/node-errors.ts'
import type { TunnelProblem } from '../provider.ts'

/**
 * Meaning of ngrok's error codes for the owner (https://ngrok.com/docs/errors/reference). `again` = it may be
 * temporary.
 */
type Meaning = readonly [what: string, again: boolean]

const MEANINGS: Readonly<Record<string, Meaning>> = {
  // The token.
  ERR_NGROK_105: ['token', false],
  ERR_NGROK_106: ['token', false],
  ERR_NGROK_107: ['token', false],
  ERR_NGROK_109: ['token', false],
  ERR_NGROK_300: ['token', false],
  ERR_NGROK_4018: ['token', false],
  // The account.
  ERR_NGROK_102: ['payment', false],
  ERR_NGROK_103: ['suspended', false],
  ERR_NGROK_108: ['too-many-agents', true],
  ERR_NGROK_115: ['ip-refused', true],
  ERR_NGROK_116: ['ip-refused', true],
  ERR_NGROK_120: ['too-old', false],
  ERR_NGROK_121: ['too-old', false],
  // The domain.
  ERR_NGROK_319: ['domain-not-reserved', false],
  ERR_NGROK_320: ['domain-of-another', false],
  ERR_NGROK_7117: ['domain-not-reserved', false],
  ERR_NGROK_334: ['domain-in-use', true],
  ERR_NGROK_412: ['domain-needs-plan', false],
  // Too much traffic.
  ERR_NGROK_702: ['too-fast', true],
  ERR_NGROK_718: ['too-fast', true],
  ERR_NGROK_720: ['too-fast', true],
  ERR_NGROK_734: ['too-fast', true],
  ERR_NGROK_1214: ['too-fast', true],
  ERR_NGROK_727: ['used-up', true],
  ERR_NGROK_4027: ['used-up', true],
  // ngrok answers in our place.
  ERR_NGROK_3200: ['offline', true],
  ERR_NGROK_8012: ['not-led-here', true],
}

const CODE = /ERR_NGROK_\d+/

/** Why ngrok refused the session. `secret` is removed from its message, which repeats the token. */
export function ngrokProblem(error: unknown, secret: string, domain: string | null): TunnelProblem {
  const message = errorMessage(error)
  const code = CODE.exec(message)?.[0] ?? ''
  const detail = `ngrok: ${withoutSecret(message, secret)}`.slice(0, 500)
  const meaning = MEANINGS[code]
  if (meaning) return { words: say(meaning[0], { domain: domain ?? '', code }), retries: meaning[1], detail }
  if (code !== '') return { words: say('other', { code }), retries: true, detail }
  return { words: say('network'), retries: true, detail }
}

/** Meaning of the code in ngrok's own answer to a visitor; null when the answer is not ngrok's. */
export function answeredProblem(header: string | null): Words | null {
  const code = CODE.exec(header ?? '')?.[0]
  if (code === undefined) return null
  const meaning = MEANINGS[code]
  return meaning ? say(meaning[0], { domain: '', code }) : say('other', { code })
}

const say = (what: string, params: Words['params'] = {}): Words => ({
  key: `tunnel.problem.ngrok.${what}`,
  params,
})

/** Also without its second half, which an error may show alone. */
function withoutSecret(text: string, secret: string): string {
  const parts = [secret, ...secret.split('_')].filter((part) => part.length >= 6)
  return parts.reduce((shown, part) => shown.replaceAll(part, '***'), text).replace(/[\r\n]+/g, ' ')
}
