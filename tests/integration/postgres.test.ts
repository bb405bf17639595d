import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPostgres, testServer } from '../support/postgres.ts'
import { Bench, HOOK_SECRET, type Program, until } from './server-process.ts'

describe.skipIf(!hasPostgres)('a server with its data in PostgreSQL', () => {
  let bench: Bench
  let database: Awaited<ReturnType<typeof testServer>>
  let environment: Record<string, string>
  const programs: Program[] = []

  beforeAll(async () => {
    bench = await Bench.start()
    database = await testServer('stopped')
    const url = new URL(database.url)
    environment = {
      ...bench.secrets,
      BRIDGE_STORE: url.href,
      BRIDGE_STORE_PASSWORD: 'p@ss/word%1',
    }
  }, 60_000)
  afterAll(async () => {
    database.stop()
    await bench.stop()
    for (const { out, err } of programs) expect(out + err).not.toContain('p@ss')
  })

  const serve = (...args: string[]) => {
    const program = bench.serve(args, environment)
    programs.push(program)
    return program
  }

  test('messages go both ways, each once, over a killed server and a restarted database', async () => {
    let server = serve('--while-database-away', 'refuse')
    let ready = await bench.ready(server)
    expect(readFileSync(`/proc/${server.child.pid}/cmdline`, 'utf8')).not.toContain('p@ss')
    const anna = bench.chatra.visit({ name: 'Anna' })
    anna.says('#a1')
    const task = await until('the task', () =>
      bench.planfix.tasks.find(({ name }) => name.startsWith('Anna')),
    )
    const written = () => JSON.stringify(bench.planfix.comments(task.id))
    const times = (words: string) => written().split(words).length - 1
    bench.planfix.employeeComments(task.id, 5, '<p>r1</p>')
    await until('the reply', () => anna.sees().includes('r1'))

    database.stop()
    const hook = () =>
      fetch(`${ready.hooks}/hooks/shop/${HOOK_SECRET}/chatra`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ eventName: 'chatStarted', client: { id: 'x' } }),
      })
    expect((await hook()).status).toBe(503)
    expect((await fetch(`${ready.hooks}/readyz`)).status).toBe(503)
    bench.planfix.employeeComments(task.id, 5, '<p>r2</p>')
    database.start()
    // Without a webhook: nobody sends one to a server that is not ready.
    await until('the database', async () => (await fetch(`${ready.hooks}/readyz`)).status === 200)
    expect((await hook()).status).toBe(200)
    await until('the reply of that time', () => anna.sees().includes('r2'))
    anna.says('#a2')
    await until('the message', () => times('#a2') === 1)

    anna.says('#a3')
    server.kill('SIGKILL')
    await server.ended
    server = serve()
    ready = await bench.ready(server)
    anna.says('#a4')
    bench.planfix.employeeComments(task.id, 5, '<p>r3</p>')
    await until('the last reply', () => anna.sees().includes('r3'))
    await until('the last message', () => times('#a4') === 1)
    expect(anna.sees()).toEqual(['r1', 'r2', 'r3'])
    for (const words of ['#a1', '#a2', '#a4']) expect([words, times(words)]).toEqual([words, 1])
    // Its webhook came in before the kill, or was refused.
    expect(times('#a3')).toBeLessThanOrEqual(1)

    const log = await bench.bridge(['log', '--json'], environment)
    expect(log.code).toBe(0)
    expect(log.out).toContain('"r2"')
    const backup = await bench.bridge(['backup', bench.folder], environment)
    expect([backup.code, backup.err]).toEqual([1, expect.stringContaining('by its own means')])
    expect((await bench.bridge(['restore'], environment)).err).toContain('already running')
    expect((await bench.bridge(['retry', '999999'], environment)).code).toBe(1)
    expect((await bench.bridge(['forget', 'nobody'], environment)).err).toContain('already running')
    server.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
    expect((await bench.bridge(['forget', 'nobody'], environment)).err).toContain('No client')
    const looked = await bench.bridge(['restore'], environment)
    expect([looked.code, looked.out]).toEqual([0, expect.stringContaining('Nothing was changed')])
    expect((await bench.bridge(['restore', '--yes'], environment)).out).toContain('Done.')
  }, 90_000)

  test('what clients write while the database is away is kept, also over a kill, and follows once and in order', async () => {
    database.start()
    let server = serve()
    let ready = await bench.ready(server)
    const ben = bench.chatra.visit({ name: 'Ben' })
    ben.says('#b1')
    const task = await until('the task', () => bench.planfix.tasks.find(({ name }) => name.startsWith('Ben')))
    const marks = () => JSON.stringify(bench.planfix.comments(task.id)).match(/#b\d/g) ?? []
    await until('the first message', () => marks().length === 1)
    database.stop()
    const accepted = () => (bench.chatra.summary().webhooks as { answered200: number }).answered200
    const before = accepted()
    ben.says('#b2')
    ben.says('#b3')
    await until('both accepted', () => accepted() >= before + 2)
    expect((await fetch(`${ready.hooks}/readyz`)).status).toBe(200)
    expect(server.err).toContain('Webhooks are kept on this computer meanwhile')
    const health = (await (await fetch(new URL('/healthz', ready.ui))).json()) as { keptWebhooks: number }
    expect(health.keptWebhooks).toBeGreaterThanOrEqual(2)
    const file = join(bench.dataDir, 'webhooks.kept')
    expect(readFileSync(file, 'utf8')).not.toContain('#b')
    server.kill('SIGKILL')
    await server.ended
    database.start()
    const moved = await bench.bridge(['move', '--to', join(bench.folder, 'elsewhere')], environment)
    expect([moved.code, moved.err]).toEqual([1, expect.stringContaining('start the bridge once')])
    server = serve()
    ready = await bench.ready(server)
    ben.says('#b4')
    await until('all messages', () => marks().length === 4)
    expect(marks()).toEqual(['#b1', '#b2', '#b3', '#b4'])
    await until('the file is gone', () => !existsSync(file))
    server.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
  }, 90_000)

  test('why it does not start is said in words', async () => {
    database.stop()
    const server = await serve().ended
    expect([server.code, server.err + server.out]).toEqual([1, expect.stringContaining('is it started?')])
    const onTheLine = await bench.bridge(['log', '--store', 'postgres://bridge:secret@db.example/bridge'])
    expect([onTheLine.code, onTheLine.err]).toEqual([2, expect.stringContaining('BRIDGE_STORE_PASSWORD')])
    const odd = await bench.bridge(['log', '--store', 'mysql://db.example/bridge'])
    expect([odd.code, odd.err]).toEqual([2, expect.stringContaining('postgres://')])
  })
})
