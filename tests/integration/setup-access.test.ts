import { createServer as createHttpServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { beforeEach, describe, expect, test } from 'vitest'
import { isTextKey, LANGUAGES, translate } from '../../src/shared/i18n/index.ts'
import { SCOPES, type Scope } from '../../src/shared/setup/scopes.ts'
import { type ChatraSimulator, startChatraSimulator } from '../../src/simulators/chatra/index.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../src/simulators/planfix/index.ts'
import { authority, expired, good, otherName, serverKey } from '../fixtures/certificates.ts'
import { midnightFarAway } from '../support/day-limit.ts'
import { freePort } from '../support/free-port.ts'
import { atEnd, type Desk, openDesk, refusal, SHOP, typed, value } from '../support/setup-harness.ts'

let chatra: ChatraSimulator
let planfix: PlanfixSimulator
let desk: Desk
/** A draft whose Chatra is the simulator. */
let id: string

beforeEach(async () => {
  chatra = await startChatraSimulator({ seed: 1 })
  planfix = await startPlanfixSimulator({ requestsPerSecondLimit: Number.POSITIVE_INFINITY })
  midnightFarAway(planfix, Date.now())
  atEnd(async () => void (await Promise.all([chatra.stop(), planfix.stop()])))
  desk = await openDesk({}, { timeoutMs: 1000 })
  const draft = await value(desk.calls['setup.begin']({ connectionId: null, name: 'shop.example' }))
  id = draft.id
  const settings = typed(draft, { chatra: { baseUrl: chatra.apiUrl }, planfix: { requestsPerSecond: 1000 } })
  await value(desk.calls['setup.save']({ id, settings }))
})

const keys = (publicKey = chatra.publicKey, secretKey: string | null = chatra.secretKey) =>
  desk.calls['setup.checkChatra']({ id, publicKey, secretKey })
const account = (address = planfix.restUrl, token: string | null = planfix.token) =>
  desk.calls['setup.checkPlanfix']({ id, address, token })
const chatraAt = async (baseUrl: string) => {
  const draft = await value(desk.calls['setup.get']({ id }))
  await value(desk.calls['setup.save']({ id, settings: typed(draft, { chatra: { baseUrl } }) }))
}

/** It has a text in each language without open placeholders. */
function expectSaid({ key, params }: { key: string; params: Record<string, string | number> }) {
  for (const language of LANGUAGES) {
    if (!isTextKey(key)) throw new Error(`${key} is in no catalogue`)
    expect(translate(language, key, params)).not.toMatch(/\{\w+\}/)
  }
}

async function serverOf(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createHttpServer((request, response) => {
    request.resume()
    answer(response)
  })
  return `http://127.0.0.1:${await listening(server)}`
}
async function secureServer(cert: string): Promise<string> {
  const server = createHttpsServer({ key: serverKey, cert }, (_request, response) => void response.end('{}'))
  return `https://127.0.0.1:${await listening(server)}`
}
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}
/** Simulates that the computer trusts the authority of the test. */
function trustAuthority() {
  const before = tls.getCACertificates('default')
  tls.setDefaultCACertificates([...before, authority])
  atEnd(() => tls.setDefaultCACertificates(before))
}

describe('keys of Chatra', () => {
  test('accepted keys are stored: the public one in the draft, the secret in its store', async () => {
    const { draft, certain } = await value(keys(` ${chatra.publicKey} `, ` ${chatra.secretKey}\n`))
    expect(certain).toBe(true)
    expect(draft).toMatchObject({
      settings: { chatra: { publicKey: chatra.publicKey } },
      has: { chatraSecretKey: true },
      checked: { chatra: 'accepted' },
    })
    expect(await desk.secrets.get(id, 'CHATRA_SECRET_KEY')).toBe(chatra.secretKey)
    expect(JSON.stringify(await desk.store.fact('', 'drafts'))).not.toContain(chatra.secretKey)
    expect((await value(keys(chatra.publicKey, null))).certain).toBe(true)
  })

  test('keys that no answer confirms or refuses are stored as unverified', async () => {
    chatra.setSwitch('bad-key-status', '400')
    chatra.setSwitch('unknown-id-status', '400')
    chatra.setSwitch('error-body', 'empty')
    const { draft, certain } = await value(keys())
    expect(certain).toBe(false)
    expect(draft).toMatchObject({ has: { chatraSecretKey: true }, checked: { chatra: 'unverified' } })
  })

  test.each([
    ['', 'x', 'wizard.problem.public-key-empty', 'chatra.publicKey'],
    ['Public key: abc', 'x', 'wizard.problem.public-key-form', 'chatra.publicKey'],
    ['abc', '', 'wizard.problem.secret-key-empty', 'chatra.secretKey'],
    ['abc', null, 'wizard.problem.secret-key-empty', 'chatra.secretKey'],
    ['abc', 'ключ', 'wizard.problem.secret-key-form', 'chatra.secretKey'],
    ['abc', 'abc', 'wizard.problem.keys-same', 'chatra.secretKey'],
  ])('the keys %j and %j are refused before any request', async (publicKey, secretKey, key, field) => {
    expect(await refusal(keys(publicKey, secretKey))).toMatchObject({ code: 'invalid', key, field })
    expect(chatra.server.requests).toEqual([])
  })

  test.each(['401', '403', '400'] as const)('wrong keys are named when answered %s', async (status) => {
    chatra.setSwitch('bad-key-status', status)
    const wrong = await refusal(keys(chatra.publicKey, 'not-the-secret'))
    expect(wrong).toMatchObject({
      code: 'service',
      key: 'wizard.problem.chatra.wrong-keys',
      field: 'chatra.secretKey',
    })
    expect(JSON.stringify(wrong)).not.toContain('not-the-secret')
    expect(await value(desk.calls['setup.get']({ id }))).toMatchObject({
      has: { chatraSecretKey: false },
      checked: { chatra: 'no' },
    })
  })

  test('keys without a paid licence are not reported as wrong where Chatra says so', async () => {
    chatra.setSwitch('plan-refusal', '402')
    expect(await refusal(keys())).toMatchObject({ key: 'wizard.problem.chatra.no-plan', field: null })
  })

  test('wrong keys and a fault of Chatra are distinguished', async () => {
    chatra.server.faults.add({ kind: 'status', status: 500 })
    expect(await refusal(keys())).toMatchObject({ key: 'wizard.problem.chatra.failing', field: null })
    chatra.server.faults.clear()
    chatra.server.faults.add({ kind: 'status', status: 429 })
    expect(await refusal(keys())).toMatchObject({ key: 'wizard.problem.chatra.rate-limited' })
    chatra.server.faults.clear()
    chatra.server.faults.add({ kind: 'status', status: 302, headers: { location: 'http://login.example' } })
    expect(await refusal(keys())).toMatchObject({ key: 'wizard.problem.chatra.not-chatra' })
    chatra.server.faults.clear()
    chatra.server.faults.add({ kind: 'status', status: 200, body: '<html>Welcome to our Wi-Fi</html>' })
    expect(await refusal(keys())).toMatchObject({ key: 'wizard.problem.chatra.not-chatra' })
  })

  test('keys changed after they were accepted count as unchecked', async () => {
    const { draft } = await value(keys())
    const other = await value(
      desk.calls['setup.save']({ id, settings: typed(draft, { chatra: { publicKey: 'other' } }) }),
    )
    expect(other.checked.chatra).toBe('no')
  })
})

describe('a host that cannot be reached is named with the reason', () => {
  test.each([
    ['chatra', null],
    ['planfix', 'planfix.baseUrl'],
  ] as const)('an unreachable host is named with the reason: %s', async (side, field) => {
    const tried = async (address: string) => {
      if (side === 'planfix') return refusal(account(address))
      await chatraAt(address)
      return refusal(keys())
    }
    const expectTold = async (address: string, key: string) => {
      const told = await tried(address)
      expect(told).toMatchObject({ code: 'service', key, field, params: { host: new URL(address).host } })
      expectSaid(told)
    }
    await expectTold('https://no-such-host.invalid', 'wizard.problem.network.unknown-host')
    await expectTold(`http://127.0.0.1:${await freePort()}`, 'wizard.problem.network.refused')
    const silent = await serverOf(() => undefined)
    await expectTold(silent, 'wizard.problem.network.time-out')
    const rude = await serverOf((response) => response.socket?.resetAndDestroy())
    await expectTold(rude, 'wizard.problem.network.broken')
    const plain = await serverOf((response) => response.end('{}'))
    await expectTold(plain.replace('http:', 'https:'), 'wizard.problem.network.not-secure')
    await expectTold(await secureServer(expired), 'wizard.problem.network.certificate-expired')
    await expectTold(await secureServer(good), 'wizard.problem.network.certificate-untrusted')
    trustAuthority()
    await expectTold(await secureServer(otherName), 'wizard.problem.network.certificate-name')
  })
})

describe('an account of Planfix', () => {
  test('an account is found from any pasted address of it, and its token is stored', async () => {
    const { draft, account: name } = await value(
      account(`${planfix.webUrl}/task/1041?x=1`, ` ${planfix.token} `),
    )
    expect(name).toBe(new URL(planfix.webUrl).host)
    expect(draft).toMatchObject({
      settings: { planfix: { baseUrl: planfix.restUrl, webUrl: planfix.webUrl } },
      has: { planfixToken: true },
      checked: { planfix: 'accepted' },
    })
    expect(await desk.secrets.get(id, 'PLANFIX_TOKEN')).toBe(planfix.token)
    expect(JSON.stringify(await desk.store.fact('', 'drafts'))).not.toContain(planfix.token)
  })

  test.each([
    ['', 'x', 'wizard.problem.address-empty', 'planfix.baseUrl'],
    ['planfix.com', 'x', 'wizard.problem.address-no-account', 'planfix.baseUrl'],
    ['http://shop.example', 'x', 'wizard.problem.address-https', 'planfix.baseUrl'],
    ['shop.planfix.com', '', 'wizard.problem.token-empty', 'planfix.token'],
    ['shop.planfix.com', null, 'wizard.problem.token-empty', 'planfix.token'],
    ['shop.planfix.com', 'токен', 'wizard.problem.token-form', 'planfix.token'],
  ])('the address %j with the token %j is refused before any request', async (address, token, key, field) => {
    expect(await refusal(account(address, token))).toMatchObject({ code: 'invalid', key, field })
  })

  test('a wrong token is named, and not shown', async () => {
    const wrong = await refusal(account(planfix.restUrl, 'not-the-token'))
    expect(wrong).toMatchObject({ key: 'wizard.problem.planfix.wrong-token', field: 'planfix.token' })
    expect(JSON.stringify(wrong)).not.toContain('not-the-token')
    expect(await value(desk.calls['setup.get']({ id }))).toMatchObject({ has: { planfixToken: false } })
  })

  test.each([21, 20, 11, 10, 16, 2, 23])(
    'an account in the state of code %i is named with any status',
    async (code) => {
      const key = code === 21 ? 'wizard.problem.planfix.no-plan' : 'wizard.problem.planfix.unpaid'
      for (const status of [403, 401, 400]) {
        planfix.setSwitch('account-state', `code${code}-${status}`)
        expect(await refusal(account())).toMatchObject({ code: 'service', key, field: null })
      }
    },
  )

  test('an account with a used-up daily limit is named', async () => {
    planfix.setSwitch('daily-limit', '403-code22-seconds')
    const told = await refusal(account())
    expect(told).toMatchObject({ key: 'wizard.problem.planfix.daily-limit', field: null })
    expectSaid(told)
  })

  test('a fault of the account is distinguished from a missing account', async () => {
    planfix.server.faults.add({ kind: 'status', status: 500, body: { result: 'fail', code: 0 } })
    expect(await refusal(account())).toMatchObject({ key: 'wizard.problem.planfix.failing' })
  })

  test('a short pause of the account is retried, and a long one is shown to the owner', async () => {
    planfix.server.faults.add({ kind: 'status', status: 429, headers: { 'retry-after': '0' }, times: 1 })
    await value(account())
    planfix.server.faults.add({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } })
    expect(await refusal(account())).toMatchObject({ key: 'wizard.problem.planfix.rate-limited' })
  })

  test.each<[string, (response: ServerResponse) => void]>([
    ['a web page', (response) => response.end('<html>Hello</html>')],
    ['nothing, politely', (response) => response.end()],
    ['some other JSON', (response) => response.end('{"ok":true}')],
    ['a redirect to a login', (response) => response.writeHead(302, { location: '/login' }).end()],
    ['not found', (response) => response.writeHead(404).end('Not found')],
    ['a password box', (response) => response.writeHead(401).end()],
    ['forbidden', (response) => response.writeHead(403).end('<html>403</html>')],
  ])('is not what answers %s', async (_what, answer) => {
    const told = await refusal(account(await serverOf(answer)))
    expect(told).toMatchObject({ key: 'wizard.problem.planfix.not-planfix', field: 'planfix.baseUrl' })
    expectSaid(told)
  })

  test("another account clears the old one's choices, the same account does not", async () => {
    const { draft } = await value(account())
    const chosen = typed(draft, { planfix: { taskTemplateId: 12, participants: ['user:7'] } })
    const employees = [{ planfixUserId: 5, name: 'Ana', email: null, chatraAgentId: null, allowed: true }]
    await value(desk.calls['setup.save']({ id, settings: chosen, employees }))
    expect((await value(account())).draft).toMatchObject({
      settings: { planfix: { taskTemplateId: 12, participants: ['user:7'] } },
      employees,
    })
    const other = await startPlanfixSimulator({ requestsPerSecondLimit: Number.POSITIVE_INFINITY })
    atEnd(() => other.stop())
    expect((await value(account(other.restUrl, other.token))).draft).toMatchObject({
      settings: { planfix: { taskTemplateId: null, participants: [] } },
      employees: [],
    })
  })
})

describe('scopes of the token', () => {
  const ask = (scope: Scope, at = desk, of = id) => at.calls['setup.scope']({ id: of, scope })
  const findings = () => Promise.all(SCOPES.map((scope) => value(ask(scope))))
  const found = async () => Object.fromEntries((await findings()).map((one) => [one.scope, one.result]))

  test('scopes are tested only after the token was accepted', async () => {
    expect(await refusal(ask('task_add'))).toMatchObject({
      code: 'conflict',
      key: 'wizard.problem.planfix-first',
    })
  })

  test('all existing scopes are found granted, and the test changed nothing', async () => {
    await value(account())
    const scopes = await findings()
    expect(scopes.map((one) => one.scope)).toEqual([...SCOPES])
    expect(new Set(scopes.map((one) => one.result))).toEqual(new Set(['granted']))
    expect(new Set(scopes.map((one) => one.needed))).toEqual(
      new Set(['always', 'files', 'employees', 'visits', 'tidying']),
    )
    expect([planfix.tasks, planfix.contacts, planfix.files]).toEqual([[], [], []])
  })

  test.each(SCOPES)('without %s only that scope is missing', async (scope) => {
    planfix.scopes.delete(scope)
    await value(account())
    const all = await found()
    expect(all[scope]).toBe('missing')
    expect(Object.values(all).filter((one) => one === 'missing')).toHaveLength(1)
  })

  test('undecided scopes are unknown, and an account without any answer is named', async () => {
    await value(account())
    planfix.server.faults.add({ kind: 'status', status: 500, path: '/file/' })
    expect(await found()).toMatchObject({
      file_readonly: 'unknown',
      file_add: 'unknown',
      task_add: 'granted',
    })
    planfix.setSwitch('account-state', 'code20-403')
    planfix.server.faults.clear()
    expect(await refusal(ask('task_add'))).toMatchObject({
      key: 'wizard.problem.planfix.unpaid',
    })
  })

  test('scopes are tested no faster than the account allows', async () => {
    const slow = await openDesk()
    const draft = await value(slow.calls['setup.begin']({ connectionId: null }))
    const settings = typed(draft, { planfix: { requestsPerSecond: 10 } })
    await value(slow.calls['setup.save']({ id: draft.id, settings }))
    const { restUrl: address, token } = planfix
    await value(slow.calls['setup.checkPlanfix']({ id: draft.id, address, token }))
    planfix.limits.requestsPerSecond = 12
    await Promise.all(SCOPES.map((scope) => value(ask(scope, slow, draft.id))))
    expect(planfix.limits.overRps).toBe(0)
  })
})

describe('lists to choose from', () => {
  const list = async (kind: 'task-templates' | 'contact-templates' | 'users' | 'groups' | 'data-tags') =>
    (await value(desk.calls['setup.choices']({ id, kind }))).choices

  test('the lists are those of the account', async () => {
    await value(account())
    expect(await list('task-templates')).toEqual([{ id: 12, name: 'Chat with a client', fields: [] }])
    expect(await list('contact-templates')).toEqual([{ id: 5, name: 'Website client', fields: [] }])
    expect((await list('users')).map((one) => one.name)).toContain('Ana Rusu')
    expect(await list('groups')).toEqual([{ id: 1, name: 'Sales', fields: [] }])
    expect(await list('data-tags')).toMatchObject([{ id: 4, name: 'Visit', fields: [{ id: 10 }, {}, {}] }])
  })

  test("the list of statuses is that of the template's process", async () => {
    await value(account())
    const ask = (taskTemplateId: number | null) =>
      value(desk.calls['setup.choices']({ id, kind: 'statuses', taskTemplateId }))
    expect((await ask(12)).choices).toContainEqual({ id: 3, name: 'Completed', fields: [] })
    expect((await ask(99)).choices).toEqual([])
  })

  test('lists are cached, but failures are not', async () => {
    await value(account())
    planfix.scopes.delete('user_readonly')
    expect(await refusal(desk.calls['setup.choices']({ id, kind: 'users' }))).toMatchObject({
      key: 'error.planfix.missing-scope',
      params: { scope: 'user_readonly' },
    })
    planfix.scopes.add('user_readonly')
    const first = await list('users')
    const asked = planfix.server.requests.length
    expect(await list('users')).toEqual(first)
    expect(planfix.server.requests.length).toBe(asked)
  })

  test('broken lists do not count as a wrong address', async () => {
    await value(account())
    planfix.server.faults.add({
      kind: 'status',
      status: 200,
      body: { result: 'success' },
      path: '/user/groups',
    })
    expect(await refusal(desk.calls['setup.choices']({ id, kind: 'groups' }))).toMatchObject({
      key: 'error.planfix.bad-answer',
      field: null,
    })
  })

  test('lists of a connection are read with its token', async () => {
    const live = await openDesk({
      connections: [{ ...SHOP, planfix: { baseUrl: planfix.restUrl, requestsPerSecond: 1000 } }],
    })
    await live.secrets.set('shop', 'PLANFIX_TOKEN', planfix.token)
    const { choices } = await value(live.calls['setup.choices']({ id: 'shop', kind: 'groups' }))
    expect(choices).toHaveLength(1)
  })
})

describe('keys whose order is not known', () => {
  const either = (publicKey: string, secretKey: string) =>
    desk.calls['setup.checkChatra']({ id, publicKey, secretKey, eitherWay: true })

  test('Chatra says which one is the public key', async () => {
    const { draft } = await value(either(chatra.secretKey, chatra.publicKey))
    expect(draft.settings.chatra.publicKey).toBe(chatra.publicKey)
    expect(await desk.secrets.get(id, 'CHATRA_SECRET_KEY')).toBe(chatra.secretKey)
  })

  test('keys that fit neither way are refused, and nothing is stored', async () => {
    expect(await refusal(either('some-other-key', 'and-one-more'))).toMatchObject({
      key: 'wizard.problem.chatra.wrong-keys',
    })
    const kept = await value(desk.calls['setup.get']({ id }))
    expect([kept.settings.chatra.publicKey, kept.has.chatraSecretKey]).toEqual(['', false])
  })

  test('without doubt they are tried as typed only', async () => {
    expect(await refusal(keys(chatra.secretKey, chatra.publicKey))).toMatchObject({
      key: 'wizard.problem.chatra.wrong-keys',
    })
  })
})

test('keys that another connection uses are refused at once, with its name', async () => {
  const { publicKey, apiUrl: baseUrl } = chatra
  desk = await openDesk({ connections: [{ ...SHOP, chatra: { ...SHOP.chatra, publicKey, baseUrl } }] })
  const draft = await value(desk.calls['setup.begin']({ connectionId: null }))
  id = draft.id
  await chatraAt(baseUrl)
  expect(await refusal(keys())).toMatchObject({
    key: 'wizard.problem.chatra.same-key',
    params: { name: 'shop.example' },
    field: 'chatra.publicKey',
  })
  // The connection itself may be set up again.
  await value(desk.calls['setup.begin']({ connectionId: 'shop' }))
  const again = desk.calls['setup.checkChatra']({ id: 'shop', publicKey, secretKey: chatra.secretKey })
  expect((await value(again)).certain).toBe(true)
})

test('a connection without a name is called like its Planfix account, and keeps a typed name', async () => {
  const draft = await value(desk.calls['setup.begin']({ connectionId: null }))
  id = draft.id
  await value(
    desk.calls['setup.save']({ id, settings: typed(draft, { planfix: { requestsPerSecond: 1000 } }) }),
  )
  expect((await value(account())).draft.settings.name).toBe(new URL(planfix.restUrl).host)
  const named = await value(desk.calls['setup.get']({ id }))
  await value(desk.calls['setup.save']({ id, settings: typed(named, { name: 'Shop' }) }))
  expect((await value(account())).draft.settings.name).toBe('Shop')
})
