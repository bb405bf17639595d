import fc from 'fast-check'
import { expect, test } from 'vitest'
import { looksOf } from '../../src/main/planfix/watcher/attention.ts'
import { type Around, TaskWatch } from '../../src/main/planfix/watcher/task-watch.ts'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 5, 9, 0, 0)
const ZONE = 2 * 60 * MINUTE

interface Course {
  /** Seconds after the start at which people comment, and at which the bridge writes. */
  comments: number[]
  writes: { at: number; takes: number }[]
  /** Seconds between two polls, and the duration of a poll and of a read. */
  every: number
  pollTakes: number[]
  readTakes: number
  skew: number
  seconds: boolean
  isZoneKnown: boolean
  hasHints: boolean
}

const course = fc.record({
  comments: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 6 }),
  writes: fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 400 }), takes: fc.integer({ min: 0, max: 9 }) }),
    {
      maxLength: 6,
    },
  ),
  every: fc.constantFrom(1, 5, 15, 61),
  pollTakes: fc.array(fc.constantFrom(0, 1, 8, 59, 75, 140), { minLength: 1, maxLength: 5 }),
  readTakes: fc.constantFrom(0, 1, 9),
  skew: fc.integer({ min: -90_000, max: 90_000 }),
  seconds: fc.boolean(),
  isZoneKnown: fc.boolean(),
  hasHints: fc.boolean(),
})

/** Plays it; returns the comments that no read ever saw. */
function overlooked(one: Course): number[] {
  const watch = new TaskWatch()
  const writes = one.writes.map(({ at, takes }) => ({
    from: START + at * 1000 + 137,
    to: START + (at + takes) * 1000 + 401,
  }))
  const comments = one.comments.map((at) => START + at * 1000 + 251)
  const resolution = one.seconds ? 1000 : MINUTE
  const around = (now: number): Around => ({
    now,
    skew: one.skew,
    zone: one.isZoneKnown ? ZONE : null,
    looks: looksOf(one.every * 1000, one.hasHints, 1),
  })
  const inARow = [...writes]
  /** Writes whose answer has come by `now`. */
  const tell = (now: number) => {
    for (const write of inARow.filter(({ to }) => to <= now)) {
      inARow.splice(inARow.indexOf(write), 1)
      watch.wrote(write.from, true, around(Math.max(write.to, START)))
    }
  }
  /** The mark that Planfix shows at this moment; a write of ours is carried out in the middle of its call. */
  const markAt = (now: number): number | null => {
    const changes = [...comments, ...writes.map(({ from, to }) => (from + to) / 2)].filter((at) => at <= now)
    return changes.length === 0
      ? null
      : Math.floor((Math.max(...changes) + one.skew) / resolution) * resolution
  }
  const seen = new Set<number>()
  let now = START
  let since = START - 10_000
  let nextPoll = START
  for (let step = 0; now < START + 1500_000 && step < 5000; step++) {
    now = Math.max(now, Math.min(nextPoll, watch.due, ...inARow.map(({ to }) => to)))
    tell(now)
    if (now >= nextPoll) {
      const asked = now
      const mark = markAt(asked + 100)
      now += (one.pollTakes[step % one.pollTakes.length] ?? 0) * 1000 + 200
      tell(now)
      if (mark !== null) {
        const row = {
          id: 1,
          changeToken: String(mark),
          task: null,
          mark: { minute: Math.floor(mark / MINUTE) * MINUTE + ZONE, second: one.seconds ? mark : null },
        }
        watch.changed(row, since, asked, around(now))
      }
      since = asked
      nextPoll = now + one.every * 1000
    }
    if (watch.due <= now) {
      const started = now
      const found = comments.filter((at) => at <= started + 100 && !seen.has(at))
      for (const at of found) seen.add(at)
      now += one.readTakes * 1000 + 200
      tell(now)
      const minutes = found.map((at) => Math.floor((at + one.skew) / MINUTE) * MINUTE)
      watch.read(started, minutes, found.length > 0, around(now))
    }
  }
  return comments.filter((at) => !seen.has(at))
}

test("no comment is missed with slow polls and the bridge's own writes in the same minute", () => {
  fc.assert(
    fc.property(course, (one) => {
      expect(overlooked(one)).toEqual([])
    }),
    { numRuns: 3000 },
  )
})
