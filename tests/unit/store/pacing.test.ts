import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { GroupCommit } from '../../../src/main/store/group-commit.ts'
import { Pacer, type Pacing, UNPACED } from '../../../src/main/store/pacing.ts'
import { Sql } from '../../../src/main/store/sql.ts'
import { folder } from './material.ts'

const pacing: Pacing = { perSecond: 10, atOnce: 3, full: 5, staged: 0 }

describe('the pace of transactions', () => {
  it('lets the first few pass, then one each tenth of a second', () => {
    const pacer = new Pacer(pacing)
    const waits = [0, 0, 0, 0].map(() => {
      const wait = pacer.wait(1000, 1)
      pacer.made(1000)
      return wait
    })
    expect(waits).toEqual([0, 0, 0, 100])
  })

  it('lets them pass again after a quiet time', () => {
    const pacer = new Pacer(pacing)
    for (let n = 0; n < 9; n++) pacer.made(1000)
    expect(pacer.wait(1050, 1)).toBeCloseTo(50)
    expect(pacer.wait(1100, 1)).toBe(0)
    for (let n = 0; n < 3; n++) {
      expect(pacer.wait(9000, 1)).toBe(0)
      pacer.made(9000)
    }
    expect(pacer.wait(9000, 1)).toBe(100)
  })

  it('holds nothing back that fills a transaction', () => {
    const pacer = new Pacer(pacing)
    for (let n = 0; n < 9; n++) pacer.made(1000)
    expect(pacer.wait(1000, 4)).toBe(100)
    expect(pacer.wait(1000, 5)).toBe(0)
  })

  it('without a pace nothing waits', () => {
    const pacer = new Pacer(UNPACED)
    for (let n = 0; n < 9; n++) pacer.made(1000)
    expect(pacer.wait(1000, 1)).toBe(0)
  })
})

describe('paced writes', () => {
  function writer(paced: Pacing) {
    const sql = new Sql(join(folder(), 'numbers.sqlite'))
    onTestFinished(() => sql.close())
    sql.exec('CREATE TABLE numbers (n INTEGER PRIMARY KEY)')
    let transactions = 0
    const run = sql.run.bind(sql)
    sql.run = (text, ...values) => {
      if (text === 'COMMIT') transactions++
      return run(text, ...values)
    }
    const writes = new GroupCommit(sql, { pacing: paced })
    const insert = (n: number, isUrgent = false) =>
      writes.write(() => sql.run('INSERT INTO numbers VALUES (?)', n), { isUrgent })
    return { writes, insert, transactions: () => transactions }
  }
  /** One transaction, and then none for an hour. */
  const slow: Pacing = { perSecond: 1 / 3600, atOnce: 1, full: 4, staged: 0 }

  it('wait for each other, until they fill a transaction', async () => {
    const { insert, transactions } = writer(slow)
    await insert(1)
    const waiting = [insert(2), insert(3), insert(4)]
    await new Promise((resolve) => setImmediate(resolve))
    expect(transactions()).toBe(1)
    await Promise.all([...waiting, insert(5)])
    expect(transactions()).toBe(2)
  })

  it('are taken along by one that is urgent', async () => {
    const { insert, transactions } = writer(slow)
    await insert(1)
    await Promise.all([insert(2), insert(3, true)])
    expect(transactions()).toBe(2)
  })

  it('are written at once when the store is closed', async () => {
    const { writes, insert, transactions } = writer(slow)
    await insert(1)
    const last = insert(2)
    await writes.drained()
    await last
    expect(transactions()).toBe(2)
  })
})
