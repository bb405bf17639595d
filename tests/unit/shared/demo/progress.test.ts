import { describe, expect, it } from 'vitest'
import { isOver, type Traced, tallyOf } from '../../../../src/shared/demo/progress.ts'
import type { StepEnd } from '../../../../src/shared/demo/stories.ts'

const arrived: Traced = { copies: 1, state: 'delivered' }
const twice: Traced = { copies: 2, state: 'delivered' }
const unnoticed: Traced = { copies: 0, state: null }
const retrying: Traced = { copies: 0, state: 'retrying' }
const queued: Traced = { copies: 0, state: 'queued' }
const written: Traced = { copies: 1, state: 'sending' }
const inside: Traced = { copies: 0, state: 'skipped' }
const leaked: Traced = { copies: 1, state: 'skipped' }
/** It is there before the log has a line. */
const early: Traced = { copies: 1, state: null }
const failed: Traced = { copies: 0, state: 'failed' }

const over = (
  end: StepEnd,
  message: Traced | null,
  planfixWorks = true,
  all: Traced[] = message ? [message] : [],
) => isOver(end, { message, all, planfixWorks })

describe('a step is over', () => {
  it('when its message arrived: the log says so, and the other side has it once', () => {
    expect(over('arrived', arrived)).toBe(true)
    for (const not of [unnoticed, retrying, written, inside, twice, failed, null])
      expect(over('arrived', not), JSON.stringify(not)).toBe(false)
  })
  it('when its comment was kept inside', () => {
    expect(over('kept-inside', inside)).toBe(true)
    for (const not of [unnoticed, arrived, leaked, null])
      expect(over('kept-inside', not), JSON.stringify(not)).toBe(false)
  })
  it('when its message waits for Planfix', () => {
    expect(over('waiting', retrying, false)).toBe(true)
    expect(over('waiting', queued, false)).toBe(true)
    expect(over('waiting', retrying, true)).toBe(false)
    for (const not of [unnoticed, arrived, written, inside, failed, null])
      expect(over('waiting', not, false), JSON.stringify(not)).toBe(false)
  })
  it('when the bridge has noticed that Planfix stopped', () => {
    expect(over('stopped', null, false)).toBe(true)
    expect(over('stopped', null, true)).toBe(false)
  })
  it('when Planfix works again and everything has arrived', () => {
    expect(over('recovered', null, true, [arrived, inside])).toBe(true)
    expect(over('recovered', null, false, [arrived])).toBe(false)
    for (const not of [unnoticed, retrying, written, twice])
      expect(over('recovered', null, true, [arrived, not]), JSON.stringify(not)).toBe(false)
  })
})

it('messages are counted by what became of them', () => {
  expect(tallyOf([])).toEqual({ written: 0, arrived: 0, twice: 0, waiting: 0, inside: 0 })
  expect(
    tallyOf([
      arrived,
      arrived,
      written,
      twice,
      unnoticed,
      retrying,
      queued,
      inside,
      inside,
      leaked,
      failed,
      early,
      early,
    ]),
  ).toEqual({ written: 13, arrived: 6, twice: 1, waiting: 3, inside: 2 })
})
