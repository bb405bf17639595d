import fc from 'fast-check'
import { expect, test } from 'vitest'
import { settle } from '../support/fake-clock.ts'
import { LeaseHost, LeaseTables } from '../support/fake-leases.ts'

const TTL = 15_000
const STEP = 500
const HOSTS = 3
const UNITS = ['one', 'two', 'three', 'four']

const host = fc.nat({ max: HOSTS - 1 })
const happening = fc.oneof(
  fc.record({ what: fc.constantFrom('stop', 'sleep', 'cut', 'mend', 'end', 'kill'), host }),
  fc.record({ what: fc.constant('slow'), host, ms: fc.constantFrom(0, 100, 1500, 6000) }),
  fc.record({ what: fc.constant('set'), host, ms: fc.integer({ min: -60_000, max: 60_000 }) }),
)
const course = fc.array(fc.record({ after: fc.nat({ max: 40 }), happening }), { maxLength: 25 })

interface Told {
  what: string
  host: number
  ms?: number
}

/** Three hosts through a course of events, half a second at a time; `check` is called after each. */
async function play(
  events: { after: number; happening: Told }[],
  check: (hosts: readonly LeaseHost[], tables: LeaseTables) => void,
): Promise<{ hosts: LeaseHost[]; gone: Set<LeaseHost> }> {
  const tables = new LeaseTables()
  const hosts = Array.from({ length: HOSTS }, (_, n) => new LeaseHost(tables, `host ${n}`, UNITS, TTL))
  const gone = new Set<LeaseHost>()
  const dead = new Set<LeaseHost>()
  const setAt = new Map<LeaseHost, number>()
  const sleptAt = new Map<LeaseHost, number>()
  const alive = () => hosts.filter((one) => !dead.has(one))
  for (const one of hosts) void one.hosting.start()
  const turn = async () => {
    tables.now += STEP
    for (const one of alive()) {
      one.turn(STEP)
      await settle()
      check(alive(), tables)
    }
  }
  const through = async (turns: number) => {
    for (let n = 0; n < turns; n++) await turn()
  }
  for (const { after, happening: told } of events) {
    await through(after)
    const one = hosts[told.host]!
    if (told.what === 'stop') one.isStopped = true
    // Set back and asleep within one lease, both clocks of a computer are wrong: then only the database refuses it.
    const isLongAgo = (moments: Map<LeaseHost, number>) => tables.now - (moments.get(one) ?? -TTL) >= TTL
    if (told.what === 'sleep') one.isAsleep = isLongAgo(setAt)
    if (told.what === 'cut') one.isCut = true
    if (told.what === 'slow') one.delay = told.ms!
    if (one.isAsleep) sleptAt.set(one, tables.now)
    if (told.what === 'set' && !one.isAsleep && isLongAgo(sleptAt)) {
      one.set(told.ms!)
      setAt.set(one, tables.now)
    }
    if (told.what === 'mend') Object.assign(one, { isStopped: false, isAsleep: false, isCut: false })
    if (told.what === 'kill') {
      dead.add(one)
      gone.add(one)
    }
    if (told.what === 'end' && !gone.has(one)) {
      gone.add(one)
      void one.hosting.end()
    }
    await settle()
    check(alive(), tables)
  }
  for (const one of alive()) Object.assign(one, { isStopped: false, isAsleep: false, isCut: false, delay: 0 })
  // Who took more than its share gives it back after two minutes.
  await through(320)
  return { hosts, gone }
}

/** Who may write for a unit, and under another lease than the database has: both are wrong. */
function wrongIn(hosts: readonly LeaseHost[], tables: LeaseTables): string[] {
  return UNITS.flatMap((unit) => {
    const writers = hosts.filter(({ held }) => held.mayWrite(unit))
    const former = writers.filter(({ held }) => held.present(unit)?.turn !== tables.rows.get(unit)?.turn)
    return writers.length > 1 || former.length > 0 ? [`${unit}: ${writers.length}, ${former.length}`] : []
  })
}

test('whatever happens to hosts, lines and clocks, never may two hosts write for a unit', async () => {
  await fc.assert(
    fc.asyncProperty(course, async (events) => {
      const wrong: string[] = []
      await play(events, (hosts, tables) => void wrong.push(...wrongIn(hosts, tables)))
      expect(wrong).toEqual([])
    }),
    { numRuns: 150 },
  )
})

test('afterwards the hosts that are left carry every unit, each one of them', async () => {
  await fc.assert(
    fc.asyncProperty(course, async (events) => {
      const { hosts, gone } = await play(events, () => undefined)
      const left = hosts.filter((one) => !gone.has(one))
      if (left.length === 0) return
      for (const unit of UNITS)
        expect([unit, left.filter(({ held }) => held.mayWrite(unit)).length]).toEqual([unit, 1])
      for (const one of left)
        expect([...one.working].filter((unit) => UNITS.includes(unit)).length).toBeLessThanOrEqual(
          Math.ceil(UNITS.length / left.length),
        )
    }),
    { numRuns: 100 },
  )
})
