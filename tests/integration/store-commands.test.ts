import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, test, vi } from 'vitest'
import { backup } from '../../src/main/cli/commands/backup.ts'
import { forget } from '../../src/main/cli/commands/forget.ts'
import { rename } from '../../src/main/cli/commands/rename.ts'
import { restoreBackup } from '../../src/main/cli/commands/restore.ts'
import { parseCliOptions } from '../../src/main/cli/options.ts'
import { damageStore } from '../support/damage.ts'
import { calm, feedMarks, pass, tasksNamed, withWorld } from '../support/planfix-scenes.ts'
import { SECRET } from '../support/world.ts'
import {
  adding,
  client,
  conversation,
  folder,
  inboxRow,
  message,
  sqliteStore,
} from '../unit/store/material.ts'

let out = ''
beforeEach(() => {
  out = ''
  const take = (text: string | Uint8Array): boolean => {
    out += text
    return true
  }
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation(take)
  return () => vi.restoreAllMocks()
})

/** A store with message 10 in its backup and message 11 after it. */
async function used(): Promise<string> {
  const dir = folder()
  const db = await sqliteStore({ dir, clock: Date })
  await db.commit([
    { type: 'conversation.add', conversation: conversation() },
    { type: 'client.save', client: client() },
    adding(message({ id: 10, state: 'delivered' })),
    inboxRow('{}'),
  ])
  await db.backup()
  await db.commit([adding(message({ id: 11, state: 'queued', text: 'secret' })), inboxRow('{}')])
  await db.close()
  return dir
}

describe('bridge backup', () => {
  it('backup copies data and settings of a running bridge, and another computer goes on from it', async () => {
    const dataDir = await used()
    writeFileSync(join(dataDir, 'config.json'), '{"connections":[]}')
    const running = await sqliteStore({ dir: dataDir })
    const disk = folder()
    expect(await backup({ folder: join(disk, 'copies'), dataDir, config: undefined })).toBe(0)
    expect(out).toContain('sound')
    await running.close()
    const [copy = ''] = readdirSync(join(disk, 'copies'))
    expect(readdirSync(join(disk, 'copies', copy)).toSorted()).toEqual(['bridge.sqlite', 'config.json'])
    expect(statSync(join(disk, 'copies', copy)).mode & 0o777).toBe(0o700)
    const other = join(folder(), 'new-computer')
    expect(await restoreBackup({ from: join(disk, 'copies'), yes: true, dataDir: other })).toBe(0)
    expect(readFileSync(join(other, 'config.json'), 'utf8')).toBe('{"connections":[]}')
    const db = await sqliteStore({ dir: other })
    expect([await db.message(10), await db.message(11)]).toEqual([expect.anything(), expect.anything()])
    expect(await db.fact('', 'takeover')).toMatchObject({ cause: 'restore' })
  })

  it('restore takes the newest of several copies, and keeps settings that are there', async () => {
    const dataDir = await used()
    writeFileSync(join(dataDir, 'config.json'), '{"first":1}')
    const copies = folder()
    await backup({ folder: copies, dataDir, config: undefined, now: Date.parse('2026-01-01T10:00:00Z') })
    await backup({ folder: copies, dataDir, config: undefined, now: Date.parse('2026-01-02T10:00:00Z') })
    writeFileSync(join(dataDir, 'config.json'), '{"now":1}')
    expect(await restoreBackup({ from: copies, yes: true, dataDir })).toBe(0)
    expect(out).toContain('made at 2026-01-02T10:00:00.000Z')
    expect(readFileSync(join(dataDir, 'config.json'), 'utf8')).toBe('{"now":1}')
  })

  it('backup leaves nothing behind when it cannot copy, and needs a data folder', async () => {
    const dataDir = await used()
    writeFileSync(join(dataDir, 'file'), '')
    expect(await backup({ folder: join(dataDir, 'file'), dataDir, config: undefined })).toBe(1)
    expect(out).toContain('Nothing was copied')
    damageStore(dataDir)
    const copies = folder()
    expect(await backup({ folder: copies, dataDir, config: undefined })).toBe(1)
    expect(readdirSync(copies)).toEqual([])
    const empty = folder()
    await expect(backup({ folder: copies, dataDir: empty, config: undefined })).rejects.toThrow(
      'no bridge data',
    )
    expect(await restoreBackup({ from: copies, yes: true, dataDir })).toBe(1)
  })
})

describe('bridge restore', () => {
  it('restore rehearses: it prints what would be lost and changes nothing', async () => {
    const dataDir = await used()
    const before = readdirSync(dataDir).toSorted()
    expect(await restoreBackup({ from: undefined, yes: false, dataDir })).toBe(0)
    expect(out).toContain('1 events that came in after it would be taken up again')
    expect(out).toContain('0 conversations, 1 messages (0 replies among them, 1 still to be carried)')
    expect(out).toContain('Nothing was changed')
    expect(readdirSync(dataDir).toSorted()).toEqual(before)
    expect(await (await sqliteStore({ dir: dataDir })).message(11)).not.toBeNull()
  })

  it('restore with --yes restores, and keeps the previous file', async () => {
    const dataDir = await used()
    expect(await restoreBackup({ from: undefined, yes: true, dataDir })).toBe(0)
    expect(readdirSync(dataDir).some((name) => name.startsWith('bridge.replaced-'))).toBe(true)
    const db = await sqliteStore({ dir: dataDir })
    expect([await db.message(10), await db.message(11)]).toEqual([expect.anything(), null])
    expect(await db.inboxPending(9)).toHaveLength(2)
    expect(await db.fact('', 'takeover')).toMatchObject({ cause: 'restore' })
  })

  it('restore uses a named file, also when the current one is damaged', async () => {
    const dataDir = await used()
    const from = join(dataDir, 'bridge.backup.sqlite')
    damageStore(dataDir)
    expect(await restoreBackup({ from, yes: true, dataDir })).toBe(0)
    expect(out).toContain('cannot be read')
  })

  it('restore is refused while a bridge runs on the folder', async () => {
    const dataDir = await used()
    await sqliteStore({ dir: dataDir })
    await expect(restoreBackup({ from: undefined, yes: true, dataDir })).rejects.toThrow('already running')
  })

  it('restore changes nothing when the backup is unusable or missing', async () => {
    const dataDir = await used()
    const from = join(dataDir, 'no-backup.sqlite')
    expect(await restoreBackup({ from, yes: true, dataDir })).toBe(1)
    writeFileSync(from, 'no database at all'.repeat(1000))
    expect(await restoreBackup({ from, yes: true, dataDir })).toBe(1)
    expect(out).toContain('nothing was changed')
    expect(await (await sqliteStore({ dir: dataDir })).message(11)).not.toBeNull()
    await expect(
      restoreBackup({ from: undefined, yes: false, dataDir: join(dataDir, 'none') }),
    ).rejects.toThrow('there is no bridge data')
  })
})

describe('bridge forget', () => {
  it('forget prints what it removed', async () => {
    const dataDir = await used()
    expect(await forget({ client: 'c1', connection: undefined, dataDir })).toBe(0)
    expect(out).toContain('2 messages have no text')
    expect(await forget({ client: 'nobody', connection: undefined, dataDir })).toBe(1)
  })

  it('forget needs a stopped bridge, and a folder with data', async () => {
    const dataDir = await used()
    await sqliteStore({ dir: dataDir })
    await expect(forget({ client: 'c1', connection: undefined, dataDir })).rejects.toThrow('already running')
    const empty = folder()
    await expect(forget({ client: 'c1', connection: undefined, dataDir: empty })).rejects.toThrow(
      'no bridge data',
    )
    expect(existsSync(join(empty, 'bridge.sqlite'))).toBe(false)
  })
})

describe('the command line', () => {
  test.each([
    [['forget'], 'forget needs a CLIENT'],
    [['rename', 'old'], 'rename needs the NEW id'],
    [['rename', 'same', 'same'], 'two different'],
    [['rename', 'a', 'b', 'c'], 'no further argument'],
    [['restore', 'file'], 'no further argument'],
    [['restore', '--from', ''], '--from needs a value'],
    [['retry', '1', '--yes'], 'no option --yes'],
    [['log', '--connection', 'x'], 'no option --connection'],
  ])('the command line %j is refused', (args, why) => {
    expect(parseCliOptions('1.2.3', args)).toMatchObject({ wrong: expect.stringContaining(why) })
  })

  test.each([
    [['restore', '--from', 'f', '--yes'], { name: 'restore', from: 'f', yes: true }],
    [['forget', 'c', '--connection', 'shop'], { name: 'forget', client: 'c', connection: 'shop' }],
    [['rename', 'a', 'b'], { name: 'rename', from: 'a', to: 'b' }],
  ])('the command line %j is accepted', (args, command) => {
    expect(parseCliOptions('1.2.3', args)).toMatchObject({ command })
  })
})

test('a changed connection id is noticed, and after bridge rename its chats continue', async () => {
  const options = { connection: {} as Record<string, unknown> }
  await withWorld(options, async (world) => {
    const { chatra, planfix } = world
    const anna = chatra.visit({ name: 'Anna' })
    anna.says('Hello #a1')
    await calm(world)
    const sourceId = planfix.contacts.at(-1)?.sourceId

    options.connection.id = 'market'
    await world.restart()
    const told = (await world.app.store.events(null, 50)).find(({ key }) => key === 'event.connection-left')
    expect(told).toMatchObject({ params: { connection: 'shop', waiting: 0 } })

    await world.restart(async () => {
      expect(await rename({ from: 'shop', to: 'market', dataDir: world.dataDir, config: undefined })).toBe(0)
    })
    chatra.webhookUrl = `${world.app.hooksUrl}/hooks/market/${SECRET}/chatra`
    anna.says('Still me #a2')
    const boris = chatra.visit({ name: 'Boris' })
    boris.says('New #b1')
    await world.until('#a2', () => feedMarks(world, 'Anna').includes('#a2'))
    await world.until('#b1', () => feedMarks(world, 'Boris').includes('#b1'))
    planfix.employeeComments(tasksNamed(world, 'Anna')[0]!.id, 5, '<p>Yes #r1</p>')
    await world.until('#r1', () => anna.sees().some((text) => text.includes('#r1')))
    await pass(world, 2000)
    expect(tasksNamed(world, 'Anna')).toHaveLength(1)
    expect(planfix.contacts.at(-1)?.sourceId).toBe(sourceId)
    expect(world.app.isDegraded()).toBe(false)
  })
})

test('while orphaned work is waiting the bridge is degraded, and says how much', async () => {
  const options = { connection: {} as Record<string, unknown> }
  await withWorld(options, async (world) => {
    await world.restart(async () => {
      const db = await sqliteStore({ dir: world.dataDir })
      await db.commit([
        { type: 'conversation.add', conversation: conversation({ connectionId: 'old' }) },
        adding(message({ connectionId: 'old', state: 'queued' })),
      ])
      await db.close()
    })
    expect(world.app.isDegraded()).toBe(true)
    const events = await world.app.store.events(null, 50)
    expect(events.find(({ key }) => key === 'event.connection-left')).toMatchObject({
      level: 'error',
      params: { connection: 'old', waiting: 1 },
    })
  })
})
