import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasPostgres, newDatabase } from '../support/postgres.ts'
import { Bench, type Program, until } from './server-process.ts'

describe.skipIf(!hasPostgres)('a server whose data are moved', () => {
  let bench: Bench
  let address: string
  let onDatabase: Record<string, string>
  let programs: Program[]

  beforeEach(async () => {
    programs = []
    bench = await Bench.start()
    address = await newDatabase()
    onDatabase = { ...bench.secrets, BRIDGE_STORE: address, BRIDGE_STORE_PASSWORD: 'p@ss/word%1' }
  }, 60_000)
  afterEach(async () => {
    await bench.stop()
    for (const { out, err } of programs) expect(out + err).not.toContain('p@ss')
  })

  const serve = (environment: Record<string, string>) => {
    const program = bench.serve([], environment)
    programs.push(program)
    return program
  }
  const moveTo = (place: string, environment: Record<string, string>, ...more: string[]) => {
    const args = ['move', '--to', place, ...more, '--data-dir', bench.dataDir]
    const program = bench.run('cli', args, environment)
    programs.push(program)
    return program.ended
  }
  const stop = async (server: Program) => {
    server.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
  }

  test('open work goes along both ways, and is done once', async () => {
    let server = serve(bench.secrets)
    await bench.ready(server)
    const anna = await leftOpen(bench, 'Anna', bench.secrets)
    const running = await moveTo(address, onDatabase)
    expect([running.code, running.err]).toEqual([1, expect.stringContaining('Stop it first')])
    await stop(server)
    expect(jobsIn(bench.dataDir)).toBeGreaterThan(0)
    const there = await moveTo(address, onDatabase)
    expect([there.code, there.out]).toEqual([0, expect.stringContaining('All data are in the database')])
    expect(there.out).toMatch(/^messages +\d+ rows {2}[0-9a-f]{32} {2}the same there$/m)
    const refused = await serve(bench.secrets).ended
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('were moved to the database')])

    server = serve(onDatabase)
    await bench.ready(server)
    await anna.isDone()
    const ben = await leftOpen(bench, 'Ben', onDatabase)
    await stop(server)
    expect((await moveTo(address, bench.secrets, '--undo')).err).toContain('move the data back')
    const back = await moveTo(bench.dataDir, onDatabase)
    expect([back.code, back.err]).toEqual([0, ''])
    expect((await serve(onDatabase).ended).err).toContain('were moved to the data folder')

    server = serve(bench.secrets)
    await bench.ready(server)
    await ben.isDone()
    const cara = await leftOpen(bench, 'Cara', bench.secrets)
    await cara.isDone()
    for (const one of [anna, ben, cara]) one.isOnce()
    await stop(server)
  }, 120_000)

  test('where the data cannot be moved is said in words', async () => {
    expect(await moveTo('postgres://bridge:secret@db.example/bridge', {})).toMatchObject({
      code: 2,
      err: expect.stringContaining('--to must not hold the password'),
    })
    const folders = await moveTo(join(bench.folder, 'other'), {})
    expect([folders.code, folders.err]).toEqual([
      2,
      expect.stringContaining('name their database with --store'),
    ])
    expect((await moveTo(address, {})).err).toContain('there is no bridge data')
    await stop(await started())
    const away = await moveTo('postgres://bridge@127.0.0.1:1/bridge', {})
    expect([away.code, away.err]).toEqual([1, expect.stringContaining('is it started?')])
    expect((await bench.bridge(['move'])).err).toContain('move needs --to')
  })

  async function started(): Promise<Program> {
    const server = serve(bench.secrets)
    await bench.ready(server)
    return server
  }
})

function jobsIn(dir: string): unknown {
  const file = new Database(join(dir, 'bridge.sqlite'), { readonly: true })
  try {
    return file.prepare('SELECT count(*) FROM chores').pluck().get()
  } finally {
    file.close()
  }
}

/** A client with a reply that may have arrived, and a message that Planfix does not take now. */
async function leftOpen(bench: Bench, name: string, environment: Record<string, string>) {
  const { chatra, planfix } = bench
  chatra.setSwitch('rest-echo', 'none')
  const visitor = chatra.visit({ name })
  visitor.says(`first of ${name}`)
  const task = await until('the task', () => planfix.tasks.find((one) => one.name.startsWith(name)))
  chatra.setSwitch('chatra-write-outcome', '502-after-commit')
  planfix.employeeComments(task.id, 5, `<p>reply to ${name}</p>`)
  const is = (words: string, state: string) =>
    until(`"${words}" ${state}`, async () => {
      const { out } = await bench.bridge(['log', '--json'], environment)
      return out.split('\n').some((line) => line.includes(words) && line.includes(`"state":"${state}"`))
    })
  await is(`reply to ${name}`, 'uncertain')
  planfix.server.faults.add({ kind: 'status', status: 503 })
  visitor.says(`second of ${name}`)
  await is(`second of ${name}`, 'retrying')
  chatra.setSwitch('chatra-write-outcome', 'normal')
  const times = (words: string) => JSON.stringify(planfix.comments(task.id)).split(words).length - 1
  return {
    async isDone() {
      planfix.server.faults.clear()
      await until('the message', () => times(`second of ${name}`) === 1)
    },
    isOnce() {
      expect(visitor.sees()).toEqual([`reply to ${name}`])
      for (const words of [`first of ${name}`, `second of ${name}`])
        expect([words, times(words)]).toEqual([words, 1])
    },
  }
}
