import { describe, expect, it, onTestFinished } from 'vitest'
import type { Accepted } from '../../../../src/main/store/index.ts'
import { KeptWebhooks } from '../../../../src/main/store-postgres/spool/kept-webhooks.ts'
import { sealKeys } from '../../../../src/main/store-postgres/spool/keys.ts'
import { type KeptRow, SpoolFile } from '../../../../src/main/store-postgres/spool/spool-file.ts'
import { StoreError } from '../../../../src/shared/store-error.ts'
import { folder } from '../../store/material.ts'

const away = () => new StoreError('unavailable', 'away', { place: 'database' })
const row = (body: string) => ({ connectionId: 'shop', source: 'chatra' as const, receivedAt: 5, body })
const IN: Accepted = { inInbox: Promise.resolve() }

/** A database that is away or not, and what it has of kept webhooks, in order. */
async function scene(dir = folder(), before: KeptRow[] = []) {
  const database = { isAway: false, rows: [...before], has: new Map<string, number>(), losesAnswer: false }
  const told: unknown[] = []
  const kept = new KeptWebhooks(
    await SpoolFile.open(dir, sealKeys(dir, []), () => undefined),
    {
      async has(name) {
        expect(name).not.toBe('')
        if (database.isAway) throw away()
        return database.has.get(name) ?? 0
      },
      async add(name, from, rows) {
        if (database.isAway) throw away()
        const has = database.has.get(name) ?? 0
        if (has < from) return has
        database.rows.push(...rows.slice(has - from))
        database.has.set(name, from + rows.length)
        if (!database.losesAnswer) return from + rows.length
        database.losesAnswer = false
        throw away()
      },
    },
    {
      bug: (error) => told.push(error),
      followed: (count) => told.push(count),
      closed: () => told.push('closed'),
    },
  )
  onTestFinished(() => kept.close())
  return { kept, database, told, bodies: () => database.rows.map(({ body }) => body) }
}
const fails = () => Promise.reject(away())
const works = () => Promise.resolve(IN)
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('webhooks while the database is away', () => {
  it('a webhook that the database takes is not kept', async () => {
    const { kept, bodies } = await scene()
    expect(await kept.accept(row('1'), works)).toBe(IN)
    expect([kept.waiting, bodies()]).toEqual([0, []])
  })

  it('those that come after one that is kept queue up behind it, and all follow in their order', async () => {
    const { kept, database, told, bodies } = await scene()
    database.isAway = true
    const first = await kept.accept(row('1'), fails)
    expect(first.kept?.message).toBe('away')
    const asked: string[] = []
    const second = await kept.accept(row('2'), async () => {
      asked.push('2')
      return IN
    })
    expect([asked, kept.waiting]).toEqual([[], 2])
    database.isAway = false
    await Promise.all([first.inInbox, second.inInbox])
    await until(() => kept.waiting === 0)
    expect(bodies()).toEqual(['1', '2'])
    expect(database.rows.map(({ isDoubted }) => isDoubted)).toEqual([true, false])
    await until(() => told.length > 0)
    expect(told).toEqual([2])
    expect(await kept.accept(row('3'), works)).toBe(IN)
  })

  it('one that was asked for after the first failed one does not get before it', async () => {
    const { kept, database, bodies } = await scene()
    database.isAway = true
    const slow = Promise.withResolvers<Accepted>()
    const [one, two] = [kept.accept(row('1'), fails), kept.accept(row('2'), () => slow.promise)]
    await Promise.all([one, two])
    await kept.accept(row('3'), works)
    database.isAway = false
    // It may still be carried out: nothing follows until that is known.
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(bodies()).toEqual([])
    slow.resolve(IN)
    await until(() => kept.waiting === 0)
    expect(bodies()).toEqual(['1', '2', '3'])
    expect(database.rows.map(({ isDoubted }) => isDoubted)).toEqual([true, true, false])
  })

  it('a step whose answer was lost is carried out once', async () => {
    const { kept, database, bodies } = await scene()
    database.losesAnswer = true
    await kept.accept(row('1'), fails)
    await kept.accept(row('2'), fails)
    await until(() => kept.waiting === 0)
    expect(bodies()).toEqual(['1', '2'])
  })

  it('a webhook that comes at the moment when all have followed begins another file', async () => {
    const { kept, told, bodies } = await scene()
    const wanted = Array.from({ length: 50 }, (_, n) => `${n}`)
    let n = 0
    const next = () => void kept.accept(row(wanted[n++]!), fails)
    const { push } = told
    told.push = (...events) => {
      if (n < wanted.length) next()
      return push.apply(told, events)
    }
    next()
    await until(() => told.length === wanted.length)
    expect([bodies(), [...told]]).toEqual([wanted, wanted.map(() => 1)])
  })

  it('a database that has fewer than it had gets them again', async () => {
    const { kept, database, bodies } = await scene()
    database.isAway = true
    const wanted = Array.from({ length: 60 }, (_, n) => `${n}`)
    for (const body of wanted) await kept.accept(row(body), fails)
    const { set } = database.has
    // Restored from a backup of before, as soon as it has the first step.
    database.has.set = (name) => {
      database.has.set = set
      database.rows.length = 0
      return set.call(database.has, name, 0)
    }
    database.isAway = false
    await until(() => kept.waiting === 0)
    expect(bodies()).toEqual(wanted)
  })

  it('what was kept when the program ended follows in the next run, once', async () => {
    const dir = folder()
    const first = await scene(dir)
    first.database.isAway = true
    await first.kept.accept(row('1'), fails)
    await first.kept.accept(row('2'), fails)
    await first.kept.close()
    const { kept, bodies } = await scene(dir)
    expect(kept.waiting).toBe(2)
    const later = await kept.accept(row('3'), works)
    await later.inInbox
    expect(bodies()).toEqual(['1', '2', '3'])
  })

  it('what the database refuses for another reason is refused, and a bug in following is told once', async () => {
    const { kept, database, told } = await scene()
    const bug = new Error('a bug')
    await expect(kept.accept(row('1'), () => Promise.reject(bug))).rejects.toBe(bug)
    database.has.get = () => {
      throw bug
    }
    await kept.accept(row('2'), fails)
    await until(() => told.length > 0)
    expect([told, kept.waiting]).toEqual([[bug], 1])
  })
})
