import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Maintenance } from '../../../../src/main/runtime/maintenance/maintenance.ts'
import { openStore, type SqliteStore } from '../../../../src/main/store/index.ts'
import type { BridgeEvent } from '../../../../src/shared/domain.ts'
import { message } from '../../../support/builders.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const START = Date.UTC(2026, 0, 10, 12)

let dir: string
let store: SqliteStore
let now: number
let timers: { at: number; work: () => void }[]
let told: BridgeEvent[]
let upkeep: Maintenance
const clock = {
  now: () => now,
  after(ms: number, work: () => void) {
    const timer = { at: now + ms, work }
    timers.push(timer)
    return () => {
      timers = timers.filter((one) => one !== timer)
    }
  },
}
const start = async (isWeekWanted = () => false, isOurs = () => true) => {
  upkeep = new Maintenance({
    isWeekWanted,
    isOurs,
    store,
    clock,
    retentionDays: () => 90,
    notify: (event) => void told.push(event),
  })
  await upkeep.start()
}
/** Lets time pass, minute by minute, and runs everything that is due. */
const pass = async (ms: number, step = MINUTE) => {
  for (const end = now + ms; now < end; ) {
    now += step
    const due = timers.filter((timer) => timer.at <= now)
    timers = timers.filter((timer) => timer.at > now)
    for (const timer of due) timer.work()
    await upkeep.idle()
  }
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'upkeep-'))
  now = START
  timers = []
  told = []
  store = await openStore({ dir, clock })
})
afterEach(async () => {
  upkeep.stop()
  expect(timers).toEqual([])
  await store.close()
  rmSync(dir, { recursive: true })
})

test('downtime is reported with its beginning and end, a short restart is not', async () => {
  await start()
  await pass(10 * MINUTE)
  upkeep.stop()
  const left = now
  now += MINUTE
  await start()
  expect(told).toEqual([])
  upkeep.stop()
  now += 60 * MINUTE
  await start()
  expect(told).toMatchObject([{ key: 'event.gap', params: { from: left + MINUTE, to: now } }])
  expect(await store.events(null, 10)).toMatchObject([{ key: 'event.gap' }])
})

test('time asleep is reported as downtime once, whoever notices it first', async () => {
  await start()
  await pass(10 * MINUTE)
  const left = now
  now += 60 * MINUTE
  await Promise.all([upkeep.lookForGap(), upkeep.lookForGap()])
  await upkeep.lookForGap()
  await pass(10 * MINUTE)
  expect(told).toMatchObject([{ key: 'event.gap', params: { from: left, to: left + 60 * MINUTE } }])
})

test('time asleep is noticed each minute too, without a report of the system', async () => {
  await start()
  await pass(10 * MINUTE)
  const left = now
  await pass(60 * MINUTE, 60 * MINUTE)
  expect(told).toMatchObject([{ key: 'event.gap', params: { from: left } }])
})

test('time asleep is not reported where the public address reports it', async () => {
  const isReportedElsewhere = () => true
  upkeep = new Maintenance({
    store,
    clock,
    retentionDays: () => 90,
    notify: (event) => void told.push(event),
    isReportedElsewhere: isReportedElsewhere,
  })
  await upkeep.start()
  now += 60 * MINUTE
  await upkeep.lookForGap()
  expect(told).toEqual([])
})

test('a backup is made soon after the first start and then daily, and old data dropped', async () => {
  const old = message({ state: 'delivered', receivedAt: START - 100 * DAY, writtenAt: START - 100 * DAY })
  await store.commit([{ type: 'message.add', message: old, states: [{ state: 'delivered', reason: null }] }])
  await start()
  expect(existsSync(join(dir, 'bridge.backup.sqlite'))).toBe(false)
  await pass(5 * MINUTE)
  expect(existsSync(join(dir, 'bridge.backup.sqlite'))).toBe(true)
  const first = await store.fact<number>('', 'nightlyAt')
  await pass(6 * 60 * MINUTE, 10 * MINUTE)
  expect(await store.fact<number>('', 'nightlyAt')).toBe(first)
  await pass(2 * DAY, 30 * MINUTE)
  expect(await store.fact<number>('', 'nightlyAt')).toBeGreaterThan(first ?? 0)
})

const HOUR = 60 * MINUTE
const backupAt = () => store.fact<number>('', 'backupAt')
const happens = (id: number) =>
  store.commit([{ type: 'message.add', message: message({ id, originKey: `m:${id}` }), states: [] }])

test('a backup is made each hour while something happens, and otherwise none', async () => {
  await start()
  await pass(5 * MINUTE)
  const first = await backupAt()
  await pass(3 * HOUR, 10 * MINUTE)
  expect(await backupAt()).toBe(first)
  await happens(1)
  await pass(20 * MINUTE, 10 * MINUTE)
  const second = (await backupAt()) ?? 0
  expect(second).toBeGreaterThan((first ?? 0) + 3 * HOUR)
  await happens(2)
  await pass(40 * MINUTE, 10 * MINUTE)
  expect(await backupAt()).toBe(second)
  await pass(40 * MINUTE, 10 * MINUTE)
  expect(await backupAt()).toBeGreaterThanOrEqual(second + HOUR)
})

test('a failed backup is reported once and retried within minutes, until it succeeds', async () => {
  const inTheWay = join(dir, 'bridge.backup-new.sqlite')
  mkdirSync(inTheWay)
  await start()
  await pass(35 * MINUTE)
  expect(await backupAt()).toBeNull()
  expect(told.map(({ key }) => key)).toEqual(['event.backup-failed'])
  rmdirSync(inTheWay)
  await pass(11 * MINUTE)
  expect(await backupAt()).not.toBeNull()
  expect(existsSync(join(dir, 'bridge.backup.sqlite'))).toBe(true)
})

test('on Monday at nine the last week is reported once, also over a restart, as long as the owner wants it', async () => {
  // A Monday, half past eight by the computer's clock.
  now = new Date(2026, 0, 12, 8, 30).getTime()
  await store.commit([
    {
      type: 'message.add',
      message: message({ id: 1, writtenAt: now - 2 * DAY, receivedAt: now - 2 * DAY }),
      states: [{ state: 'delivered', reason: null }],
    },
  ])
  let isWanted = false
  await start(() => isWanted)
  await pass(60 * MINUTE)
  expect(told).toEqual([])
  isWanted = true
  await pass(10 * MINUTE)
  const week = { key: 'event.week-unanswered', params: { week: new Date(2026, 0, 5).getTime(), count: 1 } }
  expect(told).toMatchObject([week])
  expect(await store.events(null, 10)).toMatchObject([week])
  upkeep.stop()
  await start(() => true)
  await pass(60 * MINUTE)
  expect(told).toHaveLength(1)
})

test('of several hosts the one that looks after the data does, and finds the time without any', async () => {
  await store.commit([{ type: 'fact.set', connectionId: '', key: 'aliveAt', value: START }])
  let isOurs = false
  await start(undefined, () => isOurs)
  await pass(2 * DAY, 10 * MINUTE)
  const noted = async () => [
    await store.fact<number>('', 'aliveAt'),
    (await store.fact<number>('', 'nightlyAt')) !== null,
  ]
  expect([told, await noted()]).toEqual([[], [START, false]])
  isOurs = true
  await upkeep.begin()
  expect(told).toMatchObject([{ key: 'event.gap', params: { from: START, to: START + 2 * DAY } }])
  await pass(2 * DAY)
  expect(await noted()).toEqual([now, true])
})
