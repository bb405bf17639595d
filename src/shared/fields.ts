import { z } from 'zod'
import type { ConnectionSettings, GivenSettings } from './api/settings.ts'
import { address, environmentName, isLoopback, LIMITS } from './config.ts'
import type { TextKey } from './i18n/texts.ts'
import { normalForm, withoutTail } from './plain.ts'

/**
 * Parses and validates what an owner types or pastes, both while typing and when it is saved. A problem is
 * the key of a text that says what is wrong and what to do.
 */
export type Problem = Extract<TextKey, `wizard.problem.${string}`>
type Read<T> = ({ ok: true } & T) | { ok: false; problem: Problem }

const problem = (key: Problem): { ok: false; problem: Problem } => ({ ok: false, problem: key })

/**
 * Derives the account from any address of Planfix: `shop.planfix.com`, `https://shop.planfix.ru/task/123?x`,
 * `…/rest/`. Another host is kept as it is, with its path up to `/rest`; plain http is allowed only on this
 * computer. `account` is the account's name, for the owner.
 */
export function planfixAddress(text: string): Read<{ baseUrl: string; webUrl: string; account: string }> {
  if (clean(text) === '') return problem('wizard.problem.address-empty')
  const url = readUrl(text)
  if (url === null) return problem('wizard.problem.address-unreadable')
  const host = hostOf(url)
  if (NO_ACCOUNT.test(host)) return problem('wizard.problem.address-no-account')
  const account = PLANFIX.exec(host)?.[1]
  if (account !== undefined) {
    // Planfix answers only on https (contracts/planfix.md §1), so an address copied with http is changed to
    // https.
    return planfixAt(`https://${host}${url.protocol === 'https:' && url.port ? `:${url.port}` : ''}`, account)
  }
  if (!isWhole(host)) return problem('wizard.problem.address-unreadable')
  if (url.protocol === 'http:' && !isLoopback(host)) return problem('wizard.problem.address-https')
  const above = /^(.*?)\/rest(?:\/|$)/i.exec(url.pathname)?.[1] ?? ''
  return planfixAt(originOf(url) + above, url.host)
}

function planfixAt(webUrl: string, account: string): ReturnType<typeof planfixAddress> {
  const baseUrl = `${webUrl}/rest`
  if (baseUrl.length > LONGEST || !address.safeParse(baseUrl).success)
    return problem('wizard.problem.address-unreadable')
  return { ok: true, baseUrl, webUrl, account }
}

/** `.com` and `.ru` are documented; other domains of the same name count as the same service. */
const PLANFIX = /^(?:www\.)?([a-z0-9.-]+)\.planfix\.[a-z]{2,}$/
const NO_ACCOUNT = /^(?:(?:www|help)\.)?planfix\.[a-z]{2,}$/
const LONGEST = 500

/**
 * Extracts the public address of the receiver from a pasted text, which may be a whole webhook address (cut
 * before `/hooks/`). https, or http on this computer; addresses of private networks are refused.
 */
export function publicAddressOf(text: string): Read<{ address: string }> {
  if (clean(text) === '') return problem('wizard.problem.public-empty')
  const url = readUrl(text)
  if (url === null) return problem('wizard.problem.public-unreadable')
  const host = hostOf(url)
  if (!isLoopback(host)) {
    if (isPrivate(host)) return problem('wizard.problem.public-private')
    if (!isWhole(host)) return problem('wizard.problem.public-unreadable')
    if (url.protocol === 'http:') return problem('wizard.problem.address-https')
  }
  const path = withoutTail(url.pathname.replace(/\/(?:hooks|files|healthz)(?:\/.*)?$/, ''), "/)',;")
  const whole = originOf(url) + path
  if (whole.length > LONGEST || !address.safeParse(whole).success)
    return problem('wizard.problem.public-unreadable')
  return { ok: true, address: whole }
}

/**
 * An id for a connection with this name: "My shop.example" becomes `my-shop-example`. At most 40 characters,
 * and different from every id of `taken`, also in the names of its secrets (`environmentName`).
 */
export function connectionIdFor(name: string, taken: Iterable<string>): string {
  const used = new Set([...taken].map(environmentName))
  const stem = plainLetters(name) || 'shop'
  for (let n = 1; ; n++) {
    const ending = n === 1 ? '' : `-${n}`
    const id = stem.slice(0, 40 - ending.length).replace(/-+$/, '') + ending
    if (!used.has(environmentName(id))) return id
  }
}

const plainLetters = (name: string): string =>
  normalForm(name, 'NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')

// ---- single fields: the problem, or null

export function checkName(text: string): Problem | null {
  const name = text.trim()
  if (name === '') return 'wizard.problem.name-empty'
  return name.length > 100 ? 'wizard.problem.name-long' : null
}

export function checkEmail(text: string): Problem | null {
  if (text.trim() === '') return 'wizard.problem.email-empty'
  return email.safeParse(text.trim()).success ? null : 'wizard.problem.email-wrong'
}
const email = z.email()

export function checkPublicKey(text: string): Problem | null {
  if (text.trim() === '') return 'wizard.problem.public-key-empty'
  return /^[\w-]+$/.test(text.trim()) ? null : 'wizard.problem.public-key-form'
}

/** `publicKey` is passed because the two keys are easily confused. */
export function checkSecretKey(text: string, publicKey = ''): Problem | null {
  if (text.trim() === '') return 'wizard.problem.secret-key-empty'
  if (!fitsHeader(text.trim())) return 'wizard.problem.secret-key-form'
  return text.trim() === publicKey.trim() ? 'wizard.problem.keys-same' : null
}

export function checkToken(text: string): Problem | null {
  if (text.trim() === '') return 'wizard.problem.token-empty'
  return fitsHeader(text.trim()) ? null : 'wizard.problem.token-form'
}

/** HTTP headers carry the keys. */
const fitsHeader = (text: string) => /^[\x21-\x7e]+$/.test(text)

/**
 * Returns every problem that prevents saving the settings of a connection, with the field as its path. Empty
 * texts of the agent, of `webUrl` and of Chatra's address stand for their defaults.
 */
export function checkSettings(settings: GivenSettings): { field: string; problem: Problem }[] {
  const { name, chatra, planfix, options } = settings
  const reading = planfixAddress(planfix.baseUrl)
  const rows: [string, Problem | null][] = [
    ['name', checkName(name)],
    ['chatra.baseUrl', chatra.baseUrl === '' ? null : checkAddress(chatra.baseUrl)],
    ['chatra.publicKey', checkPublicKey(chatra.publicKey)],
    ['chatra.agent.email', chatra.agent.email === '' ? null : checkEmail(chatra.agent.email)],
    ['chatra.agent.name', chatra.agent.name === '' ? null : checkName(chatra.agent.name)],
    ['planfix.baseUrl', reading.ok ? null : reading.problem],
    ['planfix.webUrl', planfix.webUrl === '' ? null : checkAddress(planfix.webUrl)],
    ['planfix.taskTemplateId', checkId(planfix.taskTemplateId)],
    ['planfix.contactTemplateId', checkId(planfix.contactTemplateId)],
    [
      'planfix.clientEmailField',
      options.clientEmail === 'field' && planfix.clientEmailField == null
        ? 'wizard.problem.client-email-field'
        : checkId(planfix.clientEmailField ?? null),
    ],
    ['planfix.participants', planfix.participants.every(isParticipant) ? null : 'wizard.problem.participant'],
    [
      'planfix.pollSeconds',
      within(planfix.pollSeconds, LIMITS.pollSeconds) ? null : 'wizard.problem.poll-seconds',
    ],
    [
      'planfix.requestsPerSecond',
      within(planfix.requestsPerSecond, LIMITS.requestsPerSecond)
        ? null
        : 'wizard.problem.requests-per-second',
    ],
    ['planfix.visitDataTag', checkVisitTag(planfix.visitDataTag)],
    [
      'options.leaveAfterMinutes',
      within(options.leaveAfterMinutes, LIMITS.leaveAfterMinutes) ? null : 'wizard.problem.leave-minutes',
    ],
    ['options.completedStatusId', checkId(options.completedStatusId)],
    [
      'options.joinAfterQuietMinutes',
      fits(options.joinAfterQuietMinutes, LIMITS.joinAfterQuietMinutes)
        ? null
        : 'wizard.problem.join-minutes',
    ],
    [
      'options.keepWhilePausedDays',
      fits(options.keepWhilePausedDays, LIMITS.keepWhilePausedDays) ? null : 'wizard.problem.keep-days',
    ],
  ]
  return rows.flatMap(([field, found]) => (found === null ? [] : [{ field, problem: found }]))
}

const checkAddress = (text: string): Problem | null =>
  address.safeParse(text).success ? null : 'wizard.problem.address-unreadable'
const checkId = (id: number | null): Problem | null =>
  id === null || (Number.isSafeInteger(id) && id > 0) ? null : 'wizard.problem.number'
const isParticipant = (text: string) => /^(user|contact|group):\d+$/.test(text)
const within = (value: number, [least, most]: readonly [number, number]) => value >= least && value <= most
/** A missing value stands for its default. */
const fits = (value: number | undefined, limits: readonly [number, number]) =>
  value === undefined || within(value, limits)

function checkVisitTag(tag: ConnectionSettings['planfix']['visitDataTag']): Problem | null {
  if (tag === null) return null
  const ids = [tag.id, ...Object.values(tag.fields).filter((id) => id !== undefined)]
  return ids.map(checkId).find((found) => found !== null) ?? null
}

// ---- pasted texts

/** Surrounding spaces, invisible marks, quotes. */
const clean = (text: string): string => {
  const seen = text.replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, '').trim()
  return withoutTail(seen.replace(/^[<("'`“”„«]+/, ''), '>)"\'`“”»,;').trim()
}

/**
 * Extracts an address from a pasted text; null when there is none, or when it contains a user and password.
 */
function readUrl(text: string): URL | null {
  const words = clean(text).split(/\s+/)
  const word = words.length === 1 ? words[0] : words.map(clean).find((one) => /:\/\/|\.planfix\./i.test(one))
  if (!word) return null
  const bare = word.replace(/^(https?:)?\/+/i, '')
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(word)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'http') return null
  const named = scheme ?? (isLoopback(hostIn(bare)) ? 'http' : 'https')
  const whole = `${named}://${bare}`
  if (!URL.canParse(whole)) return null
  const url = new URL(whole)
  return url.username || url.password ? null : url
}

const hostIn = (bare: string): string => /^(\[[^\]]*\]|[^:/?#]*)/.exec(bare)?.[1]?.toLowerCase() ?? ''
const hostOf = (url: URL): string => url.hostname.replace(/\.$/, '')
const originOf = (url: URL): string => `${url.protocol}//${hostOf(url)}${url.port && `:${url.port}`}`

/** A name with a dot, as internet host names have, or an IP address. */
const isWhole = (host: string): boolean =>
  isLoopback(host) || host.startsWith('[') || /^[^.]+(\.[^.]+)+$/.test(host)

const PRIVATE_NAMES = /(^|\.)(local|lan|home|internal|intranet|home\.arpa)$/
const NUMBERS = /^\d+\.\d+\.\d+\.\d+$/
/** RFC 1918, 3927, 6598. */
const PRIVATE_NUMBERS =
  /^(0|10|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./
const isPrivate = (host: string): boolean =>
  PRIVATE_NAMES.test(host) ||
  (NUMBERS.test(host) && PRIVATE_NUMBERS.test(host)) ||
  /^\[(f[cd]|fe[89ab]|::)/i.test(host)
