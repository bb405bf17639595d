import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LANGUAGES } from '../../../../src/shared/i18n/index.ts'
import { sidesOf } from '../../../support/clients.ts'
import { SECRET } from '../../../support/world.ts'
import { type Stage, stage } from './stage.ts'

const CLIENT_WORDS = 'my secret order number is 4711'
const CLIENT_MAIL = 'anna.client@mail.example'
const EMPLOYEE_MAIL = 'ana@shop.example'

let bench: Stage
/** The report while Planfix refused everything. */
let whileClosed: string
beforeAll(async () => {
  bench = await stage({
    connection: {
      employees: [
        { planfixUserId: 'user:5', email: EMPLOYEE_MAIL, name: 'Ana' },
        { planfixUserId: 'user:6', email: EMPLOYEE_MAIL, allowed: false },
      ],
    },
  })
  const { world } = bench
  const { token } = world.planfix
  // A service that repeats the request, in an answer that becomes an event and the state of the side.
  const { faults } = world.planfix.server
  world.chatra.visit({ name: 'Anna', email: CLIENT_MAIL }).says(CLIENT_WORDS)
  await world.quiet()
  const body = { result: 'fail', code: 1, error: `no: ${token}, ${CLIENT_MAIL}, ${CLIENT_WORDS}` }
  faults.add({ kind: 'status', status: 401, body })
  world.chatra.visit({ name: 'Boris' }).says(`${CLIENT_WORDS} again`)
  await world.until('the closed side', () => sidesOf(world.app)[0]?.planfix.state !== 'ok')
  await world.app.store.commit([
    {
      type: 'event.add',
      event: {
        time: Date.now(),
        connectionId: 'shop',
        level: 'warning',
        key: 'event.chore-failed',
        params: {
          chore: 'introduce',
          code: 'refused',
          detail: `POST /messages answered 422: ${CLIENT_WORDS}`,
          conversation: 1,
        },
      },
    },
  ])
  whileClosed = (await bench.report('en')).text
  faults.clear()
  // Of the requests of the diagnostics, one answer contains the token and one an e-mail.
  faults.add({
    kind: 'status',
    status: 500,
    body: { error: `${token} ${SECRET} ${CLIENT_MAIL}` },
    path: '/contact/list',
  })
  await bench.start()
  await bench.ended()
})
afterAll(() => bench.world.stop())

describe('the report', () => {
  test.each(LANGUAGES)(
    'the report contains no secret, no client text and no e-mail (%s)',
    async (language) => {
      const { world } = bench
      const { text } = await bench.report(language)
      const planted = {
        token: world.planfix.token,
        key: world.chatra.secretKey,
        webhook: SECRET,
        words: CLIENT_WORDS,
        client: CLIENT_MAIL,
        employee: EMPLOYEE_MAIL,
        name: 'Anna',
      }
      const found = Object.entries(planted).filter(([, secret]) => text.includes(secret))
      expect(found).toEqual([])
      // The planted values did reach the report.
      expect(text).toContain('***')
    },
  )

  test('pushed findings contain no secret either', async () => {
    const told = JSON.stringify([bench.pushed, await bench.last()])
    expect(told).not.toContain(bench.world.planfix.token)
    expect(told).not.toContain(SECRET)
  })

  test('the report contains version, host, system, states, counts, findings and events', async () => {
    const { text } = await bench.report('en')
    for (const part of [
      'Version: 1.2.3',
      'Running as: server',
      process.platform,
      'Client → Planfix: ',
      '26 [problem] Chosen employees: used for two employees: ***@***',
      'Conversation with client No. 1: adding the client’s name and e-mail to the contact failed.',
    ]) {
      expect(text).toContain(part)
    }
  })

  test("the report names a stopped side without the service's message", () => {
    expect(whileClosed).toContain('shop: Chatra: connected; Planfix: stopped – action needed (wrong-keys')
    expect(whileClosed).toContain('"…"')
    expect(whileClosed).not.toContain(CLIENT_WORDS)
  })

  test.each(LANGUAGES)('the report has a text for everything in %s', async (language) => {
    const { text } = await bench.report(language)
    expect(text).not.toMatch(/\b(diagnostics|event|error|state|side|direction)\.[a-z]/)
    expect(text).not.toMatch(/\{\w+\}/)
  })

  test('the report is a file named after its day', async () => {
    const { name } = await bench.report()
    expect(name).toMatch(/^bridge-check-up-\d{4}-\d\d-\d\d\.txt$/)
  })

  test('the report is available before any run', async () => {
    const fresh = await stage()
    const { text } = await fresh.report()
    await fresh.world.stop()
    expect(text).toContain('The check-up has not been run')
  })
})
