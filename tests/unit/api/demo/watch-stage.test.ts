import { expect, test } from 'vitest'
import { watchStage } from '../../../../src/main/api/demo/watch-stage.ts'
import type { Push } from '../../../../src/shared/api.ts'
import { recordedLog } from '../values.ts'

/** A clock on which the next look is due when the test says so. */
function watched(versions: (string | Error)[]) {
  const pushes: Push[] = []
  const due: (() => void)[] = []
  const waits: number[] = []
  const { log, lines } = recordedLog()
  const clock = {
    now: () => 0,
    after(ms: number, work: () => void) {
      waits.push(ms)
      due.push(work)
      return () => void due.splice(due.indexOf(work), 1)
    },
  }
  const program = new AbortController()
  const end = watchStage(
    { application: { clock, ended: program.signal }, log, push: (message) => void pushes.push(message) },
    {
      async version() {
        const next = versions.shift() ?? 'last'
        if (next instanceof Error) throw next
        return next
      },
    },
  )
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
  return {
    pushes,
    due,
    waits,
    lines,
    end,
    endProgram: () => program.abort(),
    settle,
    async look() {
      due.shift()?.()
      await settle()
    },
  }
}

test('a change is told once, and nothing is told without one', async () => {
  const { pushes, look, settle, waits } = watched(['a', 'a', 'b', 'b', 'c'])
  await settle()
  const counts = [pushes.length]
  for (let turn = 0; turn < 4; turn++) {
    await look()
    counts.push(pushes.length)
  }
  expect(counts).toEqual([0, 0, 1, 1, 2])
  expect(pushes[0]).toEqual({ event: 'demo', value: {} })
  expect(new Set(waits)).toEqual(new Set([250]))
})

test('a look that fails is logged, and the next one follows', async () => {
  const { pushes, look, settle, lines } = watched(['a', new Error('closed'), 'b'])
  await settle()
  await look()
  expect(lines.map((line) => line.includes('bug: the demo is not watched: Error: closed'))).toEqual([true])
  await look()
  expect(pushes).toHaveLength(1)
})

test('after its end nothing more is looked at or told', async () => {
  const { pushes, due, look, settle, end } = watched(['a', 'b', 'c'])
  await settle()
  await look()
  expect(due).toHaveLength(1)
  end()
  expect(due).toHaveLength(0)
  await settle()
  expect(pushes).toHaveLength(1)
})

test.each(['end', 'endProgram'] as const)('a look that fails after “%s” is no bug', async (how) => {
  const watching = watched(['a', new Error('the store is closed')])
  await watching.settle()
  watching.due.shift()?.()
  watching[how]()
  await watching.settle()
  expect([watching.lines, watching.due]).toEqual([[], []])
})

test('it ends with the program', async () => {
  const { pushes, due, settle, endProgram } = watched(['a', 'b'])
  await settle()
  expect(due).toHaveLength(1)
  endProgram()
  await settle()
  expect([pushes, due]).toEqual([[], []])
})

test('a look under way at the end tells nothing', async () => {
  const { pushes, due, settle, end } = watched(['a', 'b'])
  await settle()
  due.shift()?.()
  end()
  await settle()
  expect([pushes, due]).toEqual([[], []])
})
