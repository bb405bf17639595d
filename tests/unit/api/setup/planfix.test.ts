import { expect, test } from 'vitest'
import type { ApiContext } from '../../../../src/main/api/context.ts'
import { sketchOf } from '../../../../src/main/api/setup/connection.ts'
import { createAccounts } from '../../../../src/main/api/setup/planfix.ts'
import { SlotWithdrawn } from '../../../../src/main/engine/ports.ts'
import { bridgeError, fail, ok } from '../../../../src/shared/errors.ts'
import { networkTrouble } from '../../../../src/shared/setup/network.ts'

const settings = sketchOf('draft')
const other = sketchOf('live')

/** The rate limiter of a running connection with the same account. */
function carrying(baseUrl: string, withdrawals = 0) {
  const turns: [number, string][] = []
  let left = withdrawals
  const rateLimiter = {
    async slot(priority: number, key: string) {
      turns.push([priority, key])
      if (left-- > 0) throw new SlotWithdrawn('the slot was withdrawn')
    },
    release() {},
  }
  const live = { settings: { ...other, planfix: { ...other.planfix, baseUrl } }, planfix: { rateLimiter } }
  const application = {
    connections: new Map([['live', { ...live, account: {} }]]),
  } as unknown as ApiContext['application']
  return { turns, accounts: createAccounts({ application }) }
}

test("an account in use keeps its rate limiter, clients' messages first", async () => {
  const { turns, accounts } = carrying(settings.planfix.baseUrl)
  await accounts.of(settings, 'token').ask(async () => ok('asked'))
  expect(turns).toEqual([[1, 'setup']])
})

test('another account has a separate rate limiter', async () => {
  const { turns, accounts } = carrying('https://elsewhere.planfix.com/rest')
  expect(await accounts.of(settings, 'token').ask(async () => ok('asked'))).toEqual(ok('asked'))
  expect(turns).toEqual([])
})

test('a slot cancelled by a change of settings is requested once more', async () => {
  const { turns, accounts } = carrying(settings.planfix.baseUrl, 2)
  expect(await accounts.of(settings, 'token').ask(async () => ok('asked'))).toEqual(ok('asked'))
  expect(turns).toHaveLength(3)
})

test('an account that keeps answering "too fast" is called five times', async () => {
  const { accounts } = carrying(settings.planfix.baseUrl)
  let asked = 0
  const answer = await accounts.of(settings, 'token').ask(async () => {
    asked++
    return fail(bridgeError('planfix', 'rate-limited', 'slow down'))
  })
  expect(answer).toMatchObject({ ok: false, error: { code: 'rate-limited', detail: 'slow down' } })
  expect(asked).toBe(5)
})

test.each([
  ['ENOTFOUND', 'unknown-host'],
  ['EAI_AGAIN', 'no-network'],
  ['ENETUNREACH', 'no-network'],
  ['ECONNREFUSED', 'refused'],
  ['CERT_HAS_EXPIRED', 'certificate-expired'],
  ['CERT_NOT_YET_VALID', 'certificate-expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-name'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate-untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate-untrusted'],
  ['EPROTO', 'not-secure'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-secure'],
  ['ETIMEDOUT', 'time-out'],
  ['time-out', 'time-out'],
  ['ECONNRESET', 'broken'],
  ['SOMETHING_NEW', 'broken'],
])('the error %s is shown as "%s"', (code, trouble) => {
  expect(networkTrouble(code)).toBe(trouble)
})
