import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { probeAccounts } from '../../../src/main/cli/commands/probe.ts'
import { parseCliOptions } from '../../../src/main/cli/options.ts'
import type { Terminal } from '../../../src/main/cli/terminal.ts'
import { probedOf } from '../../../src/main/engine/index.ts'
import { shopConnection } from '../../support/shop.ts'
import { World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.start({ planfixSettings: { pollSeconds: 3600 } })
  const connections = [
    shopConnection(world.chatra, world.planfix),
    shopConnection(world.chatra, world.planfix, {
      id: 'off',
      enabled: false,
      chatra: { baseUrl: world.chatra.apiUrl, publicKey: 'other' },
    }),
  ]
  writeFileSync(join(world.dataDir, 'config.json'), JSON.stringify({ connections }))
  vi.stubEnv('BRIDGE_SHOP_PLANFIX_TOKEN', world.planfix.token)
  // Without these rights no question waits for the next minute.
  for (const scope of ['comment_update', 'comment_delete']) world.planfix.scopes.delete(scope)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await world.stop()
})
afterEach(() => vi.restoreAllMocks())

const person = (...answers: string[]): Terminal & { asked: string[] } => {
  const asked: string[] = []
  return {
    isThere: true,
    asked,
    ask: async (text) => {
      asked.push(text)
      return answers.shift() ?? null
    },
  }
}
const nobody: Terminal = { isThere: false, ask: () => Promise.reject(new Error('nobody is there')) }

async function run(flags: { yes?: boolean; json?: boolean; connection?: string }, terminal: Terminal) {
  let [out, err] = ['', '']
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text)
    return true
  })
  const options = { json: false, yes: false, connection: undefined, config: undefined, ...flags }
  const code = await probeAccounts({ ...options, dataDir: world.dataDir }, terminal)
  vi.restoreAllMocks()
  return { code, out, err }
}
const writes = () =>
  world.planfix.server.requests.filter(({ method, path }) => method === 'POST' && !path.endsWith('/list'))
const reports = () => readdirSync(world.dataDir).filter((name) => name.startsWith('probe-report-'))

describe('the consent', () => {
  test('without a terminal and without --yes nothing is done', async () => {
    expect(await run({}, nobody)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--yes') })
    expect([writes(), reports()]).toEqual([[], []])
  })

  test.each([['n'], [''], ['nothing of that'], [null]])(
    'the answer %j leaves Planfix alone',
    async (answer) => {
      const somebody = person(...(answer === null ? [] : [answer]))
      const { code, out } = await run({}, somebody)
      expect(somebody.asked).toEqual(['Go on? [y/N] '])
      expect([code, out.includes('a test contact'), out.includes('Nothing was done')]).toEqual([
        1,
        true,
        true,
      ])
      expect([writes(), reports()]).toEqual([[], []])
    },
  )

  test('a connection that is switched off is not asked', async () => {
    expect(await run({ yes: true, connection: 'off' }, nobody)).toMatchObject({ code: 1 })
    expect(writes()).toEqual([])
  })

  test.each([
    [['doctor', '--probe'], { name: 'probe', yes: false, json: false }],
    [
      ['doctor', '--probe', '--yes', '--connection', 'shop'],
      { name: 'probe', yes: true, connection: 'shop' },
    ],
    [['doctor'], { name: 'doctor', json: false }],
  ])('%j', (args, command) => {
    expect(parseCliOptions('1.0.0', args)).toMatchObject({ command })
  })
  test.each([[['doctor', '--yes']], [['doctor', '--connection', 'shop']], [['log', '--probe']]])(
    'the usage error %j',
    (args) => {
      expect(parseCliOptions('1.0.0', args)).toMatchObject({ wrong: expect.any(String) })
    },
  )
})

describe('a probe', () => {
  test('prints a table, remembers the answers, writes the report and leaves what it may not delete', async () => {
    const { code, out } = await run({}, person('y'))
    expect(code).toBe(0)
    expect(out).toMatch(/Do lists of comments carry.+ filled +recognises/)
    expect(out).toMatch(/Chat API: 15 questions +unknown +there is no token of the chat/)
    expect(out).toContain('the token lacks comment_update')
    expect(out).toContain('comments that could not be deleted')
    expect(out).toContain('NOT TRIED')
    expect(world.task().statusKey).toBe('completed')
    const connection = world.app.configuration.connections[0]!
    const known = await probedOf(world.app.store, connection)
    expect(known?.positions).toMatchObject({ 'changed-filter': 'accepted', 'assigner-contact': 'accepted' })
    expect(await world.app.store.fact('shop', 'assigner')).toBe('contact')
    expect(await world.app.store.fact('shop', 'tokenUserId')).toBe(1)

    const [name = ''] = reports()
    expect(out).toContain(join(world.dataDir, name))
    expect(statSync(join(world.dataDir, name)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(join(world.dataDir, name), 'utf8'))).toMatchObject({ report: 'probe' })
  })

  test('with --json standard output is the report alone', async () => {
    const { out, err } = await run({ yes: true, json: true }, nobody)
    expect(JSON.parse(out)).toMatchObject({
      connections: [{ mode: 'rest', unanswered: { 'edit-mark': { why: 'missing-scope' } } }],
    })
    expect(err).toContain('a test contact')
    const { planfix, chatra } = world
    const names = [
      ...planfix.users.flatMap(({ name, email }) => [name, email]),
      ...planfix.contacts.map(({ name }) => name),
    ]
    const numbers = [...planfix.tasks, ...planfix.contacts].map(({ id }) => `${id}`)
    const places = [planfix.token, planfix.url, chatra.publicKey, world.dataDir, 'shop', 'Chat with a client']
    expect([...names, ...numbers, ...places].filter((one) => out.includes(one))).toEqual([])
    // The contact of the first time is used again.
    expect(world.planfix.contacts).toHaveLength(1)
  })
})
