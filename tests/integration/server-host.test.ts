import { writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Answer, Args, CallName, Push, Value } from '../../src/shared/api.ts'
import { translateAny } from '../../src/shared/i18n/index.ts'
import { Bench, HOOK_SECRET, type Program, type Ready, until } from './server-process.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.start()
}, 120_000)
afterAll(() => bench.stop())

describe('a start that fails', () => {
  const refused = async (args: string[]) => {
    const ended = await bench.serve(args).ended
    expect(ended.out).toBe('')
    return ended
  }

  test('an unknown option ends with 2 and the usage', async () => {
    const { code, err } = await refused(['--colour'])
    expect([code, err.includes('Usage:')]).toEqual([2, true])
  })

  test('an invalid port ends with 2', async () => {
    expect((await refused(['--ui-port', '70000'])).code).toBe(2)
  })

  test('an invalid configuration ends with 2 and names every place', async () => {
    writeFileSync(bench.configFile, '{"connections":[{"id":"shop","colour":1}],"extra":1}')
    const { code, err } = await refused([])
    bench.configure()
    expect(code).toBe(2)
    expect(
      ['connections[0].chatra', 'connections[0].colour', 'extra'].filter((path) => !err.includes(path)),
    ).toEqual([])
  })

  test('broken JSON ends with 2 and names line and column', async () => {
    writeFileSync(bench.configFile, '{\n  "connections": [,]\n}')
    const { code, err } = await refused([])
    bench.configure()
    expect([code, err.includes('line 2, column 19')]).toEqual([2, true])
  })

  test('a missing configuration file ends with 2', async () => {
    const { code, err } = await refused(['--config', '/nonexistent/config.json'])
    expect([code, err.includes('does not exist')]).toEqual([2, true])
  })

  test.each(['--ui-port', '--hook-port'])(
    'a port in use (%s) ends with 1 and names the port',
    async (option) => {
      const other = createServer().listen(0, '127.0.0.1')
      await new Promise((resolve) => other.once('listening', resolve))
      const { port } = other.address() as AddressInfo
      const { code, err } = await refused([option, String(port)])
      other.close()
      expect([code, err.includes(`port ${port}`), err.includes(option)]).toEqual([1, true, true])
    },
  )
})

describe('without a configuration', () => {
  test('without a configuration the server starts, says so, and stops on SIGINT', async () => {
    const server = bench.run('server', ['--data-dir', `${bench.folder}/empty`])
    await bench.ready(server)
    server.kill('SIGINT')
    const { code, err } = await server.ended
    expect([code, err.includes('no configuration')]).toEqual([0, true])
  })
})

describe('a running server', () => {
  let server: Program
  let ready: Ready
  let cookie: string
  beforeAll(async () => {
    bench.configure((connection) => {
      connection.employees = []
    })
    server = bench.serve()
    ready = await bench.ready(server)
    const answer = await fetch(ready.ui, { redirect: 'manual' })
    cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  })

  const origin = () => new URL(ready.ui).origin
  const post = (name: string, args: unknown, headers: Record<string, string> = {}) =>
    fetch(`${origin()}/api/call/${name}`, {
      method: 'POST',
      body: JSON.stringify(args),
      headers: { cookie, origin: origin(), 'content-type': 'application/json', ...headers },
    })
  /** The value of a call that must succeed. */
  const call = async <N extends CallName>(name: N, args: Args<N>): Promise<Value<N>> => {
    const answer = (await (await post(name, args)).json()) as Answer<Value<N>>
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer.error)}`)
    return answer.value
  }

  test('the server prints the ready line exactly', () => {
    expect(Object.keys(ready)).toEqual(['event', 'ui', 'hooks'])
    expect(ready.event).toBe('ready')
    expect(ready.ui).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/)
    expect(ready.hooks).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  test('the server is healthy', async () => {
    const answer = await fetch(`${ready.hooks}/healthz`)
    expect([answer.status, await answer.json()]).toMatchObject([200, { status: 'ok' }])
  })

  test("the server delivers a client's message into a task", async () => {
    bench.chatra.visit({ name: 'Anna' }).says('Where is my order?')
    const task = await until('the task', () =>
      bench.planfix.tasks.find(({ name }) => name === 'Anna (Chatra)'),
    )
    await until('the comment', () =>
      bench.planfix.comments(task.id).some((comment) => comment.description.includes('Where is my order?')),
    )
    expect(bench.planfix.violations).toEqual([])
  })

  test("the server exchanges the address's token for a cookie and redirects", async () => {
    const answer = await fetch(ready.ui, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    expect(answer.headers.get('set-cookie')).toMatch(
      /^bridge_\d+=[\w-]+\.\d+\.[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    )
    expect(answer.headers.get('set-cookie')).not.toContain(new URL(ready.ui).searchParams.get('token'))
  })

  test('the server sets no cookie for a wrong token', async () => {
    const answer = await fetch(`${origin()}/?token=${'x'.repeat(43)}`, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null])
  })

  test('the server answers calls only with the cookie', async () => {
    expect((await post('state.get', {}, { cookie: '' })).status).toBe(401)
    expect((await post('state.get', {}, { cookie: `${cookie}x` })).status).toBe(401)
    expect((await post('state.get', {})).status).toBe(200)
  })

  test('the server shows the connection and the log', async () => {
    const state = await call('state.get', {})
    expect(state).toMatchObject({
      language: 'en',
      host: 'server',
      hooksUrl: ready.hooks,
      connections: [{ id: 'shop', chatra: { state: 'ok' }, planfix: { state: 'ok' } }],
    })
    const { rows } = await call('log.page', { filter: {}, fromId: null, limit: 10 })
    expect(rows.find((row) => row.text === 'Where is my order?')).toMatchObject({
      clientName: 'Anna',
      direction: 'to-planfix',
      state: 'delivered',
    })
  })

  test('the server pushes events to an open page, the state first', async () => {
    const line = new WebSocket(`${origin().replace('http', 'ws')}/api/live`, {
      headers: { cookie, origin: origin() },
    })
    const told: Push[] = []
    line.on('message', (data) => told.push(JSON.parse(String(data))))
    await until('the state', () => told.length > 0)
    expect(told[0]).toMatchObject({ event: 'state', value: { connections: [{ id: 'shop' }] } })
    bench.chatra.visit({ name: 'Clara' }).says('Are you open today?')
    const row = await until('the delivered message', () =>
      told
        .flatMap((push) => (push.event === 'messages' ? push.value.rows : []))
        .find(({ text, state }) => text === 'Are you open today?' && state === 'delivered'),
    )
    expect(row.clientName).toBe('Clara')
    line.close()
  })

  test('the server refuses invalid arguments and names their place', async () => {
    const answer = await (await post('log.page', { filter: {}, fromId: null, limit: 0 })).json()
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalid', field: 'limit' } })
  })

  test('the server answers no other host name (DNS rebinding)', async () => {
    const { port } = new URL(ready.ui)
    const status = await new Promise((resolve) =>
      request(
        {
          method: 'POST',
          port,
          host: '127.0.0.1',
          path: '/api/call/state.get',
          headers: { host: `evil.example:${port}`, cookie, 'content-type': 'application/json' },
        },
        (answer) => resolve(answer.statusCode),
      ).end('{}'),
    )
    expect(status).toBe(421)
  })

  test('the server accepts calls only from its own page and as JSON', async () => {
    expect((await post('log.retry', { id: 1 }, { origin: 'http://127.0.0.1:1' })).status).toBe(403)
    expect((await post('log.retry', { id: 1 }, { 'content-type': 'text/plain' })).status).toBe(415)
    expect(await (await post('log.retry', { id: 999_999 })).json()).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    })
    expect((await post('log.nothing', {})).status).toBe(404)
  })

  test('the server serves the page with a strict policy and no other file', async () => {
    const page = await fetch(`${origin()}/`)
    expect([page.status, (await page.text()).includes('id="root"')]).toEqual([200, true])
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect((await fetch(`${origin()}/..%2f..%2fpackage.json`)).status).toBe(404)
  })

  test('the server becomes degraded, with instructions, when Planfix refuses the token', async () => {
    const { token } = bench.planfix
    bench.planfix.setSwitch('account-state', 'code20-403')
    bench.chatra.visit({ name: 'Boris' }).says('Hello?')
    await until('the degraded state', async () => {
      const health = (await (await fetch(`${ready.hooks}/healthz`)).json()) as { status: string }
      return health.status === 'degraded'
    })
    const { connections } = await call('state.get', {})
    bench.planfix.setSwitch('account-state', 'ok')
    const planfix = connections[0]?.planfix
    if (planfix?.state !== 'paused') throw new Error(`Planfix is ${planfix?.state}`)
    expect(translateAny('en', `error.planfix.${planfix.code}`)).toContain('not active')
    expect(JSON.stringify(connections)).not.toContain(token)
  })

  test('no second server can start on the data folder', async () => {
    const { code, err } = await bench.serve().ended
    expect([code, err.includes('already running')]).toEqual([1, true])
  })

  test('the server stops within 5 s when SIGTERM comes twice, and continues later', async () => {
    const at = performance.now()
    server.kill('SIGTERM')
    server.kill('SIGTERM')
    const { code } = await server.ended
    expect([code, performance.now() - at < 5000]).toEqual([0, true])
    const again = bench.serve()
    await bench.ready(again)
    await until("Boris's task", () => bench.planfix.tasks.find(({ name }) => name === 'Boris (Chatra)'))
    expect(bench.planfix.tasks.filter(({ name }) => name === 'Anna (Chatra)')).toHaveLength(1)
  })

  test('the server has logged none of its secrets', () => {
    const secrets = [
      HOOK_SECRET,
      bench.chatra.secretKey,
      bench.planfix.token,
      new URL(ready.ui).searchParams.get('token'),
    ]
    expect(secrets.filter((secret) => server.err.includes(secret ?? ''))).toEqual([])
    expect(server.err).not.toContain('bug')
  })
})

describe('for operators', () => {
  test('secrets come from files, SIGHUP reads settings and secrets again, the log says each step', async () => {
    bench.configure()
    const token = `${bench.folder}/token`
    const environment = `${bench.folder}/server.env`
    writeFileSync(token, 'wrong')
    writeFileSync(environment, `BRIDGE_SHOP_CHATRA_SECRET_KEY=${bench.chatra.secretKey}\n`)
    const server = bench.run(
      'cli',
      ['serve', '--data-dir', `${bench.folder}/operated`, '--config', bench.configFile].concat([
        '--env-file',
        environment,
        '--metrics-port',
        '0',
        '--log-level',
        'debug',
      ]),
      { BRIDGE_SHOP_PLANFIX_TOKEN_FILE: token },
    )
    const ready = (await bench.ready(server)) as Ready & { metrics: string }
    bench.chatra.visit({ name: 'Dora' }).says('Hello?')
    const details = async () => (await fetch(`${ready.metrics}/healthz`)).json()
    await until('the refused token', async () => {
      const { connections } = (await details()) as { connections: { planfix: string }[] }
      return connections[0]?.planfix !== 'ok'
    })
    writeFileSync(token, bench.planfix.token)
    server.kill('SIGHUP')
    await until('the task', () => bench.planfix.tasks.find(({ name }) => name === 'Dora (Chatra)'))
    expect(await details()).toMatchObject({ ready: true, connections: [{ id: 'shop', missing: [] }] })
    const delivered = await until('the delivered step', () =>
      server.err.split('\n').find((line) => line.includes('"level":"debug"') && line.includes('"delivered"')),
    )
    expect(JSON.parse(delivered)).toMatchObject({
      connection: 'shop',
      conversation: expect.any(Number),
      message: expect.any(Number),
      direction: 'to-planfix',
      state: 'delivered',
    })
    expect(await (await fetch(`${ready.metrics}/metrics`)).text()).toContain('bridge_ready 1')

    writeFileSync(bench.configFile, '{"connections":[{"id":"shop","colour":1}]}')
    server.kill('SIGHUP')
    await until('the refusal', () => server.err.includes('not reloaded'))
    expect(await details()).toMatchObject({ connections: [{ id: 'shop' }] })
    bench.configure((_connection, whole) => {
      whole.connections = []
    })
    server.kill('SIGHUP')
    await until('no connection', async () => {
      const { connections } = (await details()) as { connections: unknown[] }
      return connections.length === 0
    })
    server.kill('SIGTERM')
    const { code, err } = await server.ended
    bench.configure()
    expect(code).toBe(0)
    expect(err).not.toContain(bench.planfix.token)
    expect(err).not.toContain('Hello?')
    expect(err).not.toMatch(/\bbug\b/)
  })

  test('a secret’s file that is missing starts nothing, and is named', async () => {
    const { code, err } = await bench.serve([], { BRIDGE_SHOP_PLANFIX_TOKEN_FILE: '/nowhere/token' }).ended
    expect([code, err.includes('BRIDGE_SHOP_PLANFIX_TOKEN_FILE: /nowhere/token')]).toEqual([2, true])
  })
})

describe('a connection without its secrets', () => {
  test('a connection without its secrets starts paused and names them, and the server starts', async () => {
    const server = bench.serve(['--data-dir', `${bench.folder}/paused`], {})
    const ready = await bench.ready(server)
    expect(await (await fetch(`${ready.hooks}/healthz`)).json()).toMatchObject({ status: 'degraded' })
    await until('the words', () => server.err.includes('BRIDGE_SHOP_PLANFIX_TOKEN'))
  })
})
