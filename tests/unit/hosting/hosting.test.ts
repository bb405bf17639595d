import { describe, expect, it } from 'vitest'
import { settle } from '../../support/fake-clock.ts'
import { LeaseHost, LeaseTables } from '../../support/fake-leases.ts'

const TTL = 15_000

/** Hosts of the same tables; `pass` lets half seconds pass. */
function world(...units: string[][]) {
  const tables = new LeaseTables()
  const hosts = units.map((known, n) => new LeaseHost(tables, `host ${n}`, known, TTL))
  const pass = async (seconds: number) => {
    for (let n = 0; n < seconds * 2; n++) {
      tables.now += 500
      for (const one of hosts) {
        one.turn(500)
        await settle()
      }
    }
  }
  const works = (n: number) => [...hosts[n]!.working].filter((unit) => unit !== 'maintenance').toSorted()
  return { tables, hosts, pass, works }
}

describe('the work of hosts', () => {
  it('a host that comes gets its share, and one that ends gives it back', async () => {
    const { hosts, pass, works } = world(['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd'])
    void hosts[0]!.hosting.start()
    await pass(3)
    expect(works(0)).toEqual(['a', 'b', 'c', 'd'])
    void hosts[1]!.hosting.start()
    await pass(8)
    expect([works(0), works(1)]).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    void hosts[0]!.hosting.end()
    await pass(4)
    expect([works(0), works(1)]).toEqual([[], ['a', 'b', 'c', 'd']])
  })

  it('what the host whose share it is does not take is carried by another one, and stays there', async () => {
    const { hosts, pass, works, tables } = world(['a', 'b'], [])
    for (const one of hosts) void one.hosting.start()
    await pass(20)
    expect(works(0)).toEqual(['a', 'b'])
    const turns = () => [...tables.rows.values()].map(({ turn }) => turn)
    const before = turns()
    await pass(60)
    expect([works(0), turns()]).toEqual([['a', 'b'], before])
  })

  it('a host without the database ends its work in time, and begins again when it has it back', async () => {
    const { hosts, pass, works } = world(['a'])
    void hosts[0]!.hosting.start()
    await pass(3)
    hosts[0]!.isCut = true
    await pass(5)
    expect([works(0), hosts[0]!.held.mayWrite('a')]).toEqual([['a'], true])
    await pass(6)
    expect([works(0), hosts[0]!.held.mayWrite('a')]).toEqual([[], false])
    hosts[0]!.isCut = false
    await pass(6)
    expect([works(0), hosts[0]!.held.mayWrite('a')]).toEqual([['a'], true])
  })
})
