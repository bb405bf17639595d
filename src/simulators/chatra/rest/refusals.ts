import type { SimRequest, SimResponse } from '../../common/server.ts'
import type { ChatraSwitches } from '../switches.ts'

/**
 * A request that Chatra refuses; thrown inside the REST handlers and converted to an answer by `refused`.
 */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** Formats a refusal according to switch `error-body`. */
export function refused(switches: ChatraSwitches, { status, code, message, headers }: Refusal): SimResponse {
  switch (switches['error-body']) {
    case 'code-message':
      return { status, body: { code, message }, headers }
    case 'error-string':
      return { status, body: { error: message }, headers }
    case 'empty':
      return { status, headers }
    case 'html':
      return {
        status,
        body: `<html><body><h1>${status}</h1><p>${escapeHtml(message)}</p></body></html>`,
        headers,
      }
  }
}

interface Account {
  publicKey: string
  secretKey: string
}

/** Refuses a request whose Authorization is not this account's (contracts/chatra.md §1). */
export function checkAuthorization(switches: ChatraSwitches, account: Account, request: SimRequest): void {
  const given = request.headers.authorization ?? ''
  const keys = `${account.publicKey}:${account.secretKey}`
  if (given === `Chatra.Simple ${keys}`) return
  const basic = `Basic ${Buffer.from(keys).toString('base64')}`
  if (given === basic && switches['basic-auth'] === 'accepted') return
  const scheme = given.split(' ')[0] ?? ''
  const why =
    given === ''
      ? 'no Authorization header'
      : scheme === 'Chatra.Simple'
        ? 'wrong keys'
        : `authorization scheme ${scheme} is not accepted; send Chatra.Simple <public key>:<secret key>`
  throw new Refusal(Number(switches['bad-key-status']), 'unauthorized', why)
}

export function checkPlan(switches: ChatraSwitches): void {
  const position = switches['plan-refusal']
  if (position !== 'off') throw new Refusal(Number(position), 'payment_required', 'the API needs a paid plan')
}

/** Counts requests over a sliding second and refuses those over the limit (switch `rate-limit`). */
export class RateLimit {
  private times: number[] = []
  private next = 0

  check(switches: ChatraSwitches, perSecond: number, now: number): void {
    const position = switches['rate-limit']
    if (position === 'off') return
    if (this.times.length !== perSecond) {
      this.times = new Array<number>(perSecond).fill(Number.NEGATIVE_INFINITY)
      this.next = 0
    }
    const oldest = this.times[this.next]
    if (perSecond <= 0 || (oldest !== undefined && now - oldest < 1_000)) {
      const headers = position === '429-retry-after' ? { 'retry-after': '1' } : undefined
      throw new Refusal(position === '403' ? 403 : 429, 'rate_limited', 'too many requests', headers)
    }
    this.times[this.next] = now
    this.next = (this.next + 1) % perSecond
  }
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
