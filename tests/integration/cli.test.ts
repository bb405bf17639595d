import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseConfiguration } from '../../src/shared/config.ts'
import { Bench, HOOK_SECRET, until } from './server-process.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.start()
}, 120_000)
afterAll(() => bench.stop())

interface Found {
  id: number
  connection: string | null
  title: string
  result: string
  detail: string
  todo: string | null
}
const doctor = async (environment = bench.secrets) => {
  const { code, out } = await bench.bridge(['doctor', '--json'], environment)
  const reports = JSON.parse(out) as Found[]
  return { code, out, reports, failed: reports.filter((one) => one.result === 'failed').map((one) => one.id) }
}

describe('the command line without a running bridge', () => {
  test.each([
    [[]],
    [['dance']],
    [['log', '--colour']],
    [['retry']],
    [['retry', 'seven']],
    [['separate']],
    [['separate', 'seven']],
    [['retry', '1', '2']],
    [['doctor', '--follow']],
    [['export']],
  ])('the usage error %j ends with 2 and prints the usage', async (args) => {
    const { code, err, out } = await bench.bridge(args)
    expect([code, out, err.includes('Usage:')]).toEqual([2, '', true])
  })

  test('--help prints the usage', async () => {
    expect(await bench.bridge(['--help'])).toMatchObject({ code: 0, err: '' })
  })

  test('log names the folder that contains no data', async () => {
    const { code, err } = await bench.bridge(['log'])
    expect(code).toBe(1)
    expect(err).toContain(bench.dataDir)
  })

  test('doctor reports no problem for good accounts', async () => {
    const { code, reports, failed } = await doctor()
    expect(failed).toEqual([])
    expect(code).toBe(0)
    const ids = reports.map(({ id }) => id)
    expect(ids.toSorted((a, b) => a - b)).toEqual(reports.map((_, index) => index + 1))
  })

  test('doctor waits for its slots at the rate of a real account, and finishes', async () => {
    bench.configure((connection) => {
      connection.planfix.requestsPerSecond = 10
    })
    const { code, reports, failed } = await doctor()
    bench.configure()
    expect(failed).toEqual([])
    expect(code).toBe(0)
    expect(reports.length).toBeGreaterThan(20)
  })

  test('doctor reports a wrong token, and does not print it', async () => {
    const { code, out, failed } = await doctor({
      ...bench.secrets,
      BRIDGE_SHOP_PLANFIX_TOKEN: 'wrong-token-123',
    })
    expect([code, failed]).toEqual([1, [7]])
    expect(out).not.toContain('wrong-token-123')
  })

  test('doctor names a missing scope', async () => {
    bench.planfix.scopes.delete('comment_add')
    const { code, reports, failed } = await doctor()
    bench.planfix.scopes.add('comment_add')
    expect([code, failed]).toEqual([1, [15]])
    expect(reports.find(({ id }) => id === 15)?.todo).toContain('comment_add')
  })

  test('doctor names a missing template and the existing ones', async () => {
    bench.configure((connection) => {
      connection.planfix.taskTemplateId = 77
    })
    const { reports } = await doctor()
    bench.configure()
    expect(reports.find(({ id }) => id === 22)).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('12 (Chat with a client)'),
    })
  })

  test('doctor reports that Planfix is unreachable', async () => {
    bench.configure((connection) => {
      connection.planfix.baseUrl = 'http://127.0.0.1:9/rest'
    })
    const { code, failed } = await doctor()
    bench.configure()
    expect([code, failed]).toEqual([1, [6]])
  })

  test('doctor names the missing secrets and where to set them', async () => {
    const { reports, failed } = await doctor({})
    expect(failed).toEqual([3])
    expect(reports.find(({ id }) => id === 3)?.todo).toContain('BRIDGE_SHOP_PLANFIX_TOKEN')
  })

  test('doctor reports an invalid configuration with its path', async () => {
    writeFileSync(bench.configFile, '{"connections":[{"id":"shop"}],"extra":1}')
    const { code, reports } = await doctor()
    bench.configure()
    expect(code).toBe(1)
    expect(reports[0]).toMatchObject({ id: 1, result: 'failed', detail: expect.stringContaining('extra') })
  })

  test('export omits the secrets, and its file can be read again', async () => {
    const file = join(bench.folder, 'export.json')
    expect(await bench.bridge(['export', file])).toMatchObject({ code: 0 })
    const text = readFileSync(file, 'utf8')
    expect(
      [HOOK_SECRET, bench.chatra.secretKey, bench.planfix.token].filter((one) => text.includes(one)),
    ).toEqual([])
    expect(parseConfiguration(JSON.parse(text)).ok).toBe(true)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await bench.bridge(['export', file])).toMatchObject({ code: 1 })
  })
})

describe('the command line beside a running bridge', () => {
  let hooks: string
  beforeAll(async () => {
    bench.configure((connection) => {
      connection.employees = []
    })
    hooks = (await bench.ready(bench.serve())).hooks
  })

  const lines = async () => {
    const { out } = await bench.bridge(['log', '--json'])
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  test('doctor finds the running bridge', async () => {
    const { reports } = await doctor()
    expect(reports.find(({ id }) => id === 31)).toMatchObject({
      result: 'ok',
      detail: expect.stringContaining(hooks),
    })
  })

  test('log --json prints the states of a message, oldest first, with the fixed keys', async () => {
    bench.chatra.visit({ name: 'Anna' }).says('Hello from Anna')
    const printed = await until('the delivery', async () => {
      const all = await lines()
      return all.some(({ state }) => state === 'delivered') ? all : null
    })
    expect(Object.keys(printed[0] ?? {})).toEqual([
      'id',
      'time',
      'connection',
      'conversation',
      'direction',
      'state',
      'reason',
      'text',
      'chatraMessageId',
      'planfixTaskId',
      'planfixCommentId',
    ])
    const states = printed.filter(({ text }) => text === 'Hello from Anna').map(({ state }) => state)
    expect([states[0], states.at(-1)]).toEqual(['received', 'delivered'])
  })

  test('log --follow prints new lines, and ends on SIGINT', async () => {
    const follow = bench.run('cli', ['log', '--json', '--follow', '--data-dir', bench.dataDir])
    await until('what is stored', () => follow.out.includes('Hello from Anna'))
    bench.chatra.visit({ name: 'Boris' }).says('Hello from Boris')
    await until('the new message', () => /Hello from Boris.*\n/.test(follow.out))
    follow.kill('SIGINT')
    expect(await follow.ended).toMatchObject({ code: 0, err: '' })
  })

  test('log ends quietly when its reader closes the pipe', async () => {
    const follow = bench.run('cli', ['log', '--follow', '--data-dir', bench.dataDir])
    await until('the first line', () => follow.out !== '')
    follow.child.stdout?.destroy()
    bench.chatra.visit({ name: 'Vera' }).says('Is anybody there?')
    expect(await follow.ended).toMatchObject({ code: 0, err: '' })
  })

  test('retry refuses delivered and unknown messages, with the reason', async () => {
    const [delivered] = (await lines()).filter(({ state }) => state === 'delivered')
    const answer = await bench.bridge(['retry', String(delivered?.id)])
    expect([answer.code, answer.err.includes('was delivered')]).toEqual([1, true])
    expect(await bench.bridge(['retry', '999999'])).toMatchObject({ code: 1 })
  })

  test('separate works while the server runs, and names what cannot be separated', async () => {
    const who = { name: 'Zoe', email: 'zoe@mail.example' }
    bench.chatra.visit(who).says('From my computer')
    const zoes = () => bench.planfix.tasks.filter(({ name }) => name.startsWith('Zoe'))
    await until('the task', () => zoes()[0])
    const phone = bench.chatra.visit(who)
    phone.says('From my phone')
    const line = await until('the message', async () =>
      (await lines()).find(({ state, text }) => state === 'delivered' && text === 'From my phone'),
    )
    expect(await bench.bridge(['separate', String(line.conversation)])).toMatchObject({ code: 1 })
    // The device began as a separate conversation, with the next id.
    let answer: { code: number | null } = { code: 1 }
    for (
      let id = Number(line.conversation) + 1;
      answer.code !== 0 && id < Number(line.conversation) + 80;
      id++
    )
      answer = await bench.bridge(['separate', String(id)])
    expect(answer.code).toBe(0)
    // What comes before the server has noticed goes to the common task.
    let askedAt = 0
    await until('a task of its own', () => {
      if (Date.now() - askedAt > 1000) {
        askedAt = Date.now()
        phone.says('Now by myself')
      }
      return zoes().length === 2
    })
    expect(await bench.bridge(['separate', '999999'])).toMatchObject({ code: 1 })
  })

  test('retry sends a failed reply again', async () => {
    const visitor = bench.chatra.visit({ name: 'Gleb' })
    visitor.says('A question')
    const task = await until('the task', () =>
      bench.planfix.tasks.find(({ name }) => name.startsWith('Gleb')),
    )
    const { faults } = bench.chatra.server
    faults.add({ kind: 'status', status: 422, body: { error: 'no' }, method: 'POST', path: '/messages' })
    bench.planfix.employeeComments(task.id, 5, '<p>An answer</p>')
    const failed = await until('the failure', async () =>
      (await lines()).find(({ state, text }) => state === 'failed' && text === 'An answer'),
    )
    faults.clear()
    expect(await bench.bridge(['retry', String(failed.id)])).toMatchObject({ code: 0 })
    await until('the answer', () => visitor.sees().includes('An answer'))
    expect(visitor.sees()).toEqual(['An answer'])
  })
})

describe('keys and connections from the command line', () => {
  let own: Bench
  beforeAll(async () => {
    own = await Bench.start()
  })
  afterAll(() => own.stop())

  test('a key is made, listed and revoked, and a running server follows at once', async () => {
    own.configure()
    const server = own.serve()
    const ready = await own.ready(server)
    const at = new URL(ready.ui).origin
    const { code, out } = await own.bridge(['key', 'add', 'script', '--role', 'operator'])
    expect([code, /^[\w-]{43}\n$/.test(out)]).toEqual([0, true])
    const call = (name: string) =>
      fetch(`${at}/api/call/${name}`, {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${out.trim()}` },
      })
    expect((await call('state.get')).status).toBe(200)
    expect(await (await call('settings.export')).json()).toMatchObject({ error: { code: 'no-access' } })
    expect((await own.bridge(['key', 'list'])).out).toMatch(/^operator .* script\n$/)
    expect((await own.bridge(['key', 'add', 'script'])).code).toBe(1)
    expect((await own.bridge(['key', 'revoke', 'script'])).code).toBe(0)
    expect((await call('state.get')).status).toBe(401)
    server.kill('SIGTERM')
    await server.ended
  })

  test('a login survives a restart of the server on the same port', async () => {
    const first = own.serve()
    const ready = await own.ready(first)
    const { port } = new URL(ready.ui)
    const login = await fetch(ready.ui, { redirect: 'manual' })
    const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    first.kill('SIGTERM')
    await first.ended
    const second = own.serve(['--ui-port', port])
    await own.ready(second)
    const origin = `http://127.0.0.1:${port}`
    const answer = await fetch(`${origin}/api/call/state.get`, {
      method: 'POST',
      body: '{}',
      headers: { cookie, origin, 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(200)
    expect((await own.bridge(['key', 'revoke', 'logins'])).code).toBe(0)
    second.kill('SIGTERM')
    await second.ended
  })

  test('connection add puts a connection from a file into the configuration, once', async () => {
    const file = join(own.folder, 'second.json')
    const { connections } = JSON.parse(readFileSync(own.configFile, 'utf8')) as {
      connections: Record<string, unknown>[]
    }
    const { webhookSecret: _, ...rest } = connections[0]!
    writeFileSync(file, JSON.stringify({ ...rest, id: 'second', chatra: { publicKey: 'AnotherPublicKey' } }))
    const added = await own.bridge(['connection', 'add', '-f', file])
    expect([added.code, added.err]).toEqual([0, ''])
    expect(added.out).toMatch(/\/hooks\/second\/[\w-]{32}\/chatra\n/)
    expect(parseConfiguration(JSON.parse(readFileSync(own.configFile, 'utf8')))).toMatchObject({
      ok: true,
      value: { connections: [{ id: 'shop' }, { id: 'second', webhookSecret: expect.any(String) }] },
    })
    expect((await own.bridge(['connection', 'add', '-f', file])).code).toBe(2)
    writeFileSync(file, '{"id":"third","colour":1}')
    const wrong = await own.bridge(['connection', 'add', '-f', file])
    expect([wrong.code, wrong.err.includes('colour')]).toEqual([2, true])
    expect((await own.bridge(['connection', 'add'])).code).toBe(2)
    own.configure()
  })
})
